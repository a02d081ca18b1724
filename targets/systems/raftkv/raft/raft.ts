/**
 * One Raft node as a state machine: inputs (a message, time passing, a proposal, a read, records on the disk) change its
 * state and leave wishes (records to write, messages to send, entries to apply, reads to answer) to be taken.
 */
import type { NodeId, Ns } from '../../../../harness/contracts/index.ts';
import { campaign, checkQuorum, onRequestVote, onVote } from './election.ts';
import type { MemberChange, Members } from './members.ts';
import type { Entry, Payload, RaftMessage } from './messages.ts';
import { finishReadRound, startReadRound } from './reads.ts';
import { type ChangeAnswer, changeMembers } from './reconfiguration.ts';
import { advanceCommit, heartbeat, onAppend, onAppended, propose, replicate } from './replication.ts';
import { type LogRecord, type RaftConfig, RaftState, type Recovered, type Role } from './state.ts';

export class Raft {
  readonly #state: RaftState;

  constructor(config: RaftConfig, recovered: Recovered, now: Ns) {
    this.#state = new RaftState(config, recovered, now);
  }

  get role(): Role {
    return this.#state.role;
  }
  get term(): number {
    return this.#state.term;
  }
  get leader(): NodeId | undefined {
    return this.#state.leader;
  }
  get commit(): number {
    return this.#state.commit;
  }
  get lastIndex(): number {
    return this.#state.log.lastIndex;
  }
  /** The index of a committed entry that another leader replaced, if that ever happened. */
  get lostCommit(): number | undefined {
    return this.#state.lostCommit;
  }
  /** The latest members that are committed, and whether no change is under way. */
  get members(): { readonly members: Members; readonly settled: boolean } {
    const state = this.#state;
    return { members: state.committedMembers, settled: state.membersIndex <= state.commit && state.members.outgoing === undefined };
  }
  /** The number of the latest record that it wanted written. */
  get written(): number {
    return this.#state.written;
  }

  /** When `tick` wants to be called next. */
  get deadline(): Ns {
    return this.#state.role === 'leader' ? this.#state.heartbeatDeadline : this.#state.electionDeadline;
  }

  entry(index: number): Entry {
    return this.#state.log.at(index);
  }

  tick(now: Ns): void {
    const state = this.#at(now);
    if (now < this.deadline) return;
    if (state.role === 'leader') checkQuorum(state);
    if (state.role === 'leader') heartbeat(state);
    else if (now >= state.electionDeadline) campaign(state);
    this.#after();
  }

  receive(now: Ns, from: NodeId, message: RaftMessage): void {
    const state = this.#at(now);
    if (message.type === 'append') onAppend(state, from, message);
    else if (message.type === 'appended') onAppended(state, from, message);
    else if (message.type === 'request-vote') onRequestVote(state, from, message);
    else onVote(state, from, message);
    this.#after();
  }

  /** Puts a payload into the log; gives its index, or undefined where this node does not lead. */
  propose(now: Ns, payload: Payload): number | undefined {
    const state = this.#at(now);
    if (state.role !== 'leader') return undefined;
    const index = propose(state, payload);
    this.#after();
    return index;
  }

  /** Begins a change of members; see `ChangeAnswer`. */
  changeMembers(now: Ns, change: MemberChange): ChangeAnswer {
    const answer = changeMembers(this.#at(now), change);
    this.#after();
    return answer;
  }

  /** Queues a read under a number of the caller's; false where this node does not lead. */
  read(now: Ns, id: number): boolean {
    const state = this.#at(now);
    if (state.role !== 'leader') return false;
    state.waitingReads.push(id);
    this.#after();
    return true;
  }

  /** Records up to `number` are on the disk. */
  synced(now: Ns, number: number): void {
    const state = this.#at(now);
    state.synced(number);
    if (state.role === 'leader') {
      replicate(state);
      advanceCommit(state);
    }
    this.#after();
  }

  /** What is to be written, in order. */
  takeRecords(): readonly LogRecord[] {
    const { records } = this.#state;
    this.#state.records = [];
    return records;
  }

  /** Gives every message that may leave when the records up to `durable` are on the disk. */
  sendable(durable: number, send: (to: NodeId, message: RaftMessage) => void): void {
    const { messages } = this.#state;
    if (messages.length === 0) return;
    this.#state.messages = messages.filter((message) => message.after > durable);
    for (const message of messages) if (message.after <= durable) send(message.to, message.message);
  }

  /** Reads whose leader is confirmed: answerable when `index` is applied. */
  takeConfirmedReads(): readonly { readonly index: number; readonly reads: readonly number[] }[] {
    const { confirmedReads } = this.#state;
    this.#state.confirmedReads = [];
    return confirmedReads;
  }

  /** Reads that were given up because leadership was lost. */
  takeRefusedReads(): readonly number[] {
    const { refusedReads } = this.#state;
    this.#state.refusedReads = [];
    return refusedReads;
  }

  /** Two clocks never run backwards here: a monotonic one drives it, and a late caller must not turn it back. */
  #at(now: Ns): RaftState {
    if (now > this.#state.now) this.#state.now = now;
    return this.#state;
  }

  #after(): void {
    const state = this.#state;
    if (state.role !== 'leader') return;
    finishReadRound(state);
    startReadRound(state);
  }
}
