/**
 * raftkv as a node program: drives the pure Raft core and the state machine by what `Env` gives: messages, a monotonic
 * clock, timers, a disk. Every input ends in `#settle`, which carries out what the core wishes.
 */
import type { Disk, Env, NodeId, NodeProgram, Ns, RunningProgram, Timer, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { open, post } from './letters.ts';
import { memberIn, nodeOf } from './member-id.ts';
import { type RaftkvStart, raftkvStart } from './options.ts';
import type { MembersAnswer, Reply, Request, Status } from './protocol.ts';
import { encodeRecords, recoverLog } from './raft/durable-log.ts';
import { type MemberChange, NOBODY } from './raft/members.ts';
import type { Payload } from './raft/messages.ts';
import { Raft } from './raft/raft.ts';
import type { LogRecord, RaftConfig } from './raft/state.ts';
import { Sessions } from './sessions.ts';
import type { Answer, Query } from './state-machine.ts';

type Respond = (reply: Reply) => void;

interface Read {
  readonly answer: () => Answer;
  readonly respond: Respond;
}

/** Takes the options of `raftkvStart`. */
export const raftkvProgram: NodeProgram = {
  async start(env, input) {
    const options = raftkvStart.parse(input);
    await discardEarlierLives(env.disk, options.life);
    const recovered = await recoverLog(env.disk, logFileOf(options.life));
    if (recovered.droppedBytes > 0) env.log(`dropped a torn tail of ${recovered.droppedBytes} bytes`);
    const { term, vote, entries } = recovered;
    env.log(`recovered term ${term}, vote ${vote ?? 'none'}, ${entries.length} entries`);
    return new RaftkvNode(env, options, new Raft(configOf(env, options), recovered, env.clock.monotonic()));
  },
};

function configOf(env: Env, options: RaftkvStart): RaftConfig {
  const timeouts = env.rng.fork('election');
  return {
    self: memberIn(env.self, options.life),
    // whoever joins later is told by the others
    initial: options.life === 1 ? { voters: [env.self, ...env.peers].sort(), learners: [] } : NOBODY,
    heartbeat: ms(options.heartbeatMs),
    electionMin: ms(options.electionMinMs),
    electionTimeout: () => timeouts.int(ms(options.electionMinMs), ms(options.electionMaxMs)) as Ns,
    quorumTimeout: ms(options.quorumMs),
    preVote: options.preVote,
    appendLimit: options.appendLimit,
    bug: options.bug,
  };
}

/** By what the end of a change of members is known to who waits for it: one is under way at a time. */
const NEW_MEMBERS = 'new-members';

class RaftkvNode implements RunningProgram {
  readonly #env: Env;
  readonly #options: RaftkvStart;
  readonly #raft: Raft;
  readonly #self: NodeId;
  readonly #logFile: string;
  readonly #sessions: Sessions;
  /** Who waits for a payload (see `nameOf`) to be applied, all proposed in `#leadingTerm`. */
  readonly #waiting = new Map<string, Respond[]>();
  #leadingTerm = 0;
  /** Reads by number; they wait for their leader to be confirmed, then for their index to be applied. */
  readonly #reads = new Map<number, Read>();
  #confirmed: { readonly index: number; readonly reads: readonly number[] }[] = [];
  #lastRead = 0;
  #applied = 0;
  #durable = 0;
  #records: LogRecord[] = [];
  #writing = false;
  #timer: { readonly handle: Timer; readonly at: Ns } | undefined;
  #said = '';

  constructor(env: Env, options: RaftkvStart, raft: Raft) {
    this.#env = env;
    this.#options = options;
    this.#raft = raft;
    this.#self = memberIn(env.self, options.life);
    this.#logFile = logFileOf(options.life);
    this.#sessions = new Sessions(options.bug);
    this.#settle();
  }

  onMessage(sender: Env['self'], received: Value): void {
    const letter = open(this.#self, this.#env.self, sender, received);
    if (letter === undefined) return;
    this.#raft.receive(this.#now(), letter.from, letter.message);
    this.#settle();
  }

  onRequest(message: Value, reply: (answer: Value) => void): void {
    const request = message as Request;
    if (request.type === 'status') reply(this.#status());
    else if (request.type === 'open') this.#propose({ kind: 'open', client: request.client }, reply);
    else if (request.type === 'read') this.#readQuery(request.query, reply);
    else if (request.type === 'members') this.#read(() => ({ value: this.#members() }), reply);
    else if (request.type === 'change-members') this.#changeMembers(request.change, reply);
    else this.#command(request, reply);
    this.#settle();
  }

  #command({ session, sequence, command }: Extract<Request, { type: 'command' }>, respond: Respond): void {
    const answer = this.#sessions.answered(session, sequence);
    if (answer !== undefined) respond({ ok: answer });
    else this.#propose({ kind: 'command', session, sequence, command }, respond);
  }

  #propose(payload: Payload, respond: Respond): void {
    const name = nameOf(payload);
    const others = this.#options.bug === 'no-session-dedup' ? undefined : this.#waiting.get(name);
    if (others !== undefined) {
      // a repeat of what is on its way already: it waits beside the first attempt
      others.push(respond);
    } else if (this.#raft.propose(this.#now(), payload) === undefined) {
      respond(this.#notLeader());
    } else {
      this.#leadingTerm = this.#raft.term;
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), respond]);
    }
  }

  #changeMembers(change: MemberChange, respond: Respond): void {
    const answer = this.#raft.changeMembers(this.#now(), change);
    if (answer === 'accepted') {
      this.#leadingTerm = this.#raft.term;
      this.#waiting.set(NEW_MEMBERS, [respond]);
    } else if (answer === 'not-leader') {
      respond(this.#notLeader());
    } else {
      respond(answer === 'unchanged' ? { ok: { value: null } } : { error: 'refused', why: answer });
    }
  }

  #members(): Value {
    const { members, settled } = this.#raft.members;
    const { voters, learners } = members;
    return { voters, learners, settled } satisfies MembersAnswer;
  }

  #readQuery(query: Query, respond: Respond): void {
    const answer = (): Answer => this.#sessions.machine.query(query);
    if (this.#options.bug === 'follower-read') respond({ ok: answer() });
    else this.#read(answer, respond);
  }

  /** Answers when this node is known to have led after the request came, and has applied all that was committed by then. */
  #read(answer: Read['answer'], respond: Respond): void {
    const id = ++this.#lastRead;
    this.#reads.set(id, { answer, respond });
    if (this.#raft.read(this.#now(), id)) return;
    this.#reads.delete(id);
    respond(this.#notLeader());
  }

  #notLeader(): Reply {
    return { error: 'not-leader', leader: leaderNode(this.#raft) };
  }

  #status(): Status {
    const { role, term, commit, lastIndex } = this.#raft;
    return { node: this.#env.self, member: this.#self, role, term, leader: leaderNode(this.#raft), commit, applied: this.#applied, lastIndex };
  }

  /** Carries out what the core wishes after an input. */
  #settle(): void {
    this.#sayRole();
    this.#giveUpLostLeadership();
    this.#records.push(...this.#raft.takeRecords());
    this.#raft.sendable(this.#durable, (to, message) => post(this.#env, this.#self, to, message));
    if (this.#records.length > 0 && !this.#writing) this.#write().catch((error: unknown) => this.#die(error));
    this.#apply();
    this.#answerReads();
    this.#arm();
  }

  /** Group commit: what gathers while one batch is on its way to the disk makes the next batch. */
  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#records.length > 0) {
      const batch = this.#records;
      const number = this.#raft.written;
      this.#records = [];
      await this.#env.disk.append(this.#logFile, encodeRecords(batch));
      if (this.#mustSync(batch)) await this.#env.disk.fsync(this.#logFile);
      this.#durable = number;
      this.#raft.synced(this.#now(), number);
      this.#settle();
    }
    this.#writing = false;
  }

  /** A node whose disk failed cannot keep what it promises: it must not go on. */
  #die(error: unknown): void {
    this.#env.log(`the disk failed: ${messageOf(error)}`);
    this.#env.timer(0 as Ns, () => {
      throw error;
    });
  }

  #mustSync(batch: readonly LogRecord[]): boolean {
    if (this.#options.bug === 'unsynced-log-tail') return batch.some((record) => record.kind === 'state');
    return true;
  }

  #apply(): void {
    while (this.#applied < this.#raft.commit) {
      const index = ++this.#applied;
      const entry = this.#raft.entry(index);
      const applied = this.#sessions.apply(index, entry);
      if (this.#waiting.size === 0) continue;
      const name = nameOf(entry.payload);
      const waiting = this.#waiting.get(name);
      this.#waiting.delete(name);
      for (const respond of waiting ?? []) respond(applied);
    }
  }

  #answerReads(): void {
    for (const id of this.#raft.takeRefusedReads()) this.#takeRead(id)?.respond(this.#notLeader());
    this.#confirmed.push(...this.#raft.takeConfirmedReads());
    if (this.#confirmed.length === 0) return;
    const ready = this.#confirmed.filter((round) => round.index <= this.#applied);
    this.#confirmed = this.#confirmed.filter((round) => round.index > this.#applied);
    for (const round of ready) {
      for (const id of round.reads) {
        const read = this.#takeRead(id);
        read?.respond({ ok: read.answer() });
      }
    }
  }

  #takeRead(id: number): Read | undefined {
    const read = this.#reads.get(id);
    this.#reads.delete(id);
    return read;
  }

  /** Entries of a leadership that ended may be committed by another leader, or overwritten: nobody here will know which. */
  #giveUpLostLeadership(): void {
    if (this.#waiting.size === 0 || (this.#raft.role === 'leader' && this.#raft.term === this.#leadingTerm)) return;
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const respond of waiting) respond({ error: 'leadership-lost' });
  }

  #arm(): void {
    const at = this.#raft.deadline;
    if (this.#timer !== undefined) {
      // a deadline that moved back is looked at again when the timer fires: election time-outs move with every heartbeat
      if (this.#timer.at <= at) return;
      this.#timer.handle.cancel();
    }
    const delay = Math.max(0, at - this.#now()) as Ns;
    this.#timer = { at, handle: this.#env.timer(delay, () => this.#onTimer()) };
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#raft.tick(this.#now());
    this.#settle();
  }

  #sayRole(): void {
    const { role, term, lostCommit } = this.#raft;
    const saying = `${role} in term ${term}${lostCommit === undefined ? '' : `, lost the committed entry ${lostCommit}`}`;
    if (saying === this.#said) return;
    this.#said = saying;
    this.#env.log(saying);
  }

  #now(): Ns {
    return this.#env.clock.monotonic();
  }
}

/** By what an applied entry is known to who waits for it: whichever copy is applied first answers all attempts. */
function nameOf(payload: Payload): string {
  if (payload.kind === 'command') return `${payload.session}/${payload.sequence}`;
  if (payload.kind === 'members' && payload.members.outgoing === undefined) return NEW_MEMBERS;
  return payload.kind === 'open' ? payload.client : '';
}

function leaderNode({ leader }: Raft): NodeId | null {
  return leader === undefined ? null : nodeOf(leader);
}

function logFileOf(life: number): string {
  return life === 1 ? 'raft.log' : `raft-${life}.log`;
}

/** What a node had in an earlier life must not speak for it: the node was wiped. */
async function discardEarlierLives(disk: Disk, life: number): Promise<void> {
  const kept = logFileOf(life);
  const files = life === 1 ? [] : await disk.list();
  for (const file of files) if (file !== kept) await disk.remove(file);
}
