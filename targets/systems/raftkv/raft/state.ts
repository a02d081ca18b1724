/**
 * What a Raft node knows, and what it wants done: plain data that the rules in this folder (election, replication,
 * reads) read and change. No I/O, no time of its own: `now` is told by the caller, wishes are taken by the caller.
 *
 * Persistence: whatever a node promises, it writes first. Every record gets a number; a message carries the number of
 * the record that must be on the disk before it may leave.
 */
import type { NodeId, Ns } from '../../../../harness/contracts/index.ts';
import type { BugName } from '../bugs.ts';
import { Log } from './log.ts';
import { allMembers, isQuorum, isVoter, type Members } from './members.ts';
import type { Entry, RaftMessage } from './messages.ts';

export interface RaftConfig {
  readonly self: NodeId;
  /** Who are members where the log says nothing yet; nobody, for one that joins later. */
  readonly initial: Members;
  readonly heartbeat: Ns;
  /** A follower that has heard of a leader within this time refuses pre-votes: no time-out is shorter. */
  readonly electionMin: Ns;
  /** Draws the next election time-out. */
  readonly electionTimeout: () => Ns;
  /** A leader that has not heard from a majority for so long steps down: for progress, never for safety. */
  readonly quorumTimeout: Ns;
  readonly preVote: boolean;
  /** Entries per append message, at most. */
  readonly appendLimit: number;
  readonly bug: BugName | undefined;
}

/** What must survive a crash, in the order in which it was decided. */
export type LogRecord =
  | { readonly kind: 'state'; readonly term: number; readonly vote: NodeId | null }
  /** The log from `first` on is exactly these entries: what stood there before is gone. */
  | { readonly kind: 'entries'; readonly first: number; readonly entries: readonly Entry[] };

/** What the disk has kept. */
export interface Recovered {
  readonly term: number;
  readonly vote: NodeId | null;
  readonly entries: readonly Entry[];
}

export interface OutgoingMessage {
  readonly to: NodeId;
  readonly message: RaftMessage;
  /** May leave when the record of this number is on the disk. */
  readonly after: number;
}

/** What a leader knows of one follower. */
export interface Follower {
  next: number;
  match: number;
  /** When the append that is under way was sent; undefined when none is. */
  sentAt: Ns | undefined;
  heardAt: Ns;
  /** The latest round of heartbeats that it answered. */
  round: number;
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Reads whose leader is being confirmed: answerable from any state that has applied `index`. */
export interface ReadRound {
  readonly round: number;
  readonly index: number;
  readonly reads: readonly number[];
}

export class RaftState {
  readonly config: RaftConfig;
  readonly log: Log;
  term: number;
  vote: NodeId | null;
  role: Role = 'follower';
  leader: NodeId | undefined;
  commit = 0;
  now: Ns;
  electionDeadline: Ns;
  heartbeatDeadline: Ns;
  leaderHeardAt = Number.NEGATIVE_INFINITY;
  readonly votes = new Set<NodeId>();
  readonly followers = new Map<NodeId, Follower>();

  round = 0;
  waitingReads: number[] = [];
  readRound: ReadRound | undefined;
  /** Taken by the caller: reads that may be answered once `index` is applied, reads that were given up. */
  confirmedReads: { readonly index: number; readonly reads: readonly number[] }[] = [];
  refusedReads: number[] = [];

  /** Where an entry that this node took for committed was replaced: never, while Raft's mechanisms are all there. */
  lostCommit: number | undefined;

  /** The latest members in the log, committed or not, and those before: an entry that is cut off takes its members along. */
  readonly #members: { readonly index: number; readonly members: Members }[];

  records: LogRecord[] = [];
  messages: OutgoingMessage[] = [];
  #written = 0;
  #lastStateRecord = 0;
  /** Entries on their way to the disk: up to `index` when record `number` is there. */
  #syncing: { readonly number: number; index: number }[] = [];
  /** The last index up to which this node's own log is on the disk. */
  durableIndex: number;

  constructor(config: RaftConfig, recovered: Recovered, now: Ns) {
    this.config = config;
    this.term = recovered.term;
    this.vote = recovered.vote;
    this.log = new Log(recovered.entries);
    this.#members = [{ index: 0, members: config.initial }];
    this.#noteMembers(1, recovered.entries);
    this.durableIndex = this.log.lastIndex;
    this.now = now;
    this.electionDeadline = (now + config.electionTimeout()) as Ns;
    this.heartbeatDeadline = now;
  }

  /** Those that decide now. */
  get members(): Members {
    return this.#members.at(-1)!.members;
  }

  /** Where in the log they stand. */
  get membersIndex(): number {
    return this.#members.at(-1)!.index;
  }

  /** The latest that are committed. */
  get committedMembers(): Members {
    return this.#members.findLast(({ index }) => index <= this.commit)!.members;
  }

  /**
   * Whether this node may have to lead: it is a voter by the latest members that it knows to be committed, or by later ones.
   * Whoever is removed by an entry that nobody else has must be able to bring that entry to the others (Ongaro's thesis, §4.2.2).
   */
  get mayStand(): boolean {
    const from = this.#members.findLastIndex(({ index }) => index <= this.commit);
    return this.#members.slice(from).some(({ members }) => isVoter(members, this.config.self));
  }

  /** Whether those for whom `has` is true, and this node, are a majority. */
  isQuorum(has: (member: NodeId) => boolean): boolean {
    return isQuorum(this.members, (member) => member === this.config.self || has(member));
  }

  /** All members but this one. */
  get others(): readonly NodeId[] {
    return [...allMembers(this.members)].filter((member) => member !== this.config.self);
  }

  /** The number of the latest record. */
  get written(): number {
    return this.#written;
  }

  /** Term and vote are on the disk before anything is said in that term. */
  persistState(): void {
    if (this.config.bug === 'unpersisted-vote') return;
    this.records.push({ kind: 'state', term: this.term, vote: this.vote });
    this.#lastStateRecord = ++this.#written;
  }

  /** Puts entries at the end of the log and on their way to the disk. */
  appendEntries(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const first = this.log.lastIndex + 1;
    this.log.append(entries);
    this.#noteMembers(first, entries);
    this.records.push({ kind: 'entries', first, entries });
    this.#syncing.push({ number: ++this.#written, index: this.log.lastIndex });
  }

  truncateFrom(index: number): void {
    if (index <= this.commit) this.lostCommit ??= index;
    this.log.truncateFrom(index);
    while (this.#members.length > 1 && this.membersIndex >= index) this.#members.pop();
    this.durableIndex = Math.min(this.durableIndex, index - 1);
    for (const sync of this.#syncing) sync.index = Math.min(sync.index, index - 1);
  }

  /** Records up to `number` are on the disk. */
  synced(number: number): void {
    while (this.#syncing.length > 0 && this.#syncing[0]!.number <= number) {
      this.durableIndex = Math.max(this.durableIndex, this.#syncing.shift()!.index);
    }
  }

  /** Sends when term and vote are on the disk. */
  send(to: NodeId, message: RaftMessage): void {
    this.messages.push({ to, message, after: this.#lastStateRecord });
  }

  /** Sends when everything written so far is on the disk: for promises about the log. */
  sendDurably(to: NodeId, message: RaftMessage): void {
    this.messages.push({ to, message, after: this.#written });
  }

  /** Follows whoever leads `term`. A higher term forgets the vote. */
  becomeFollower(term: number, leader: NodeId | undefined): void {
    if (this.role === 'leader') this.#dropReads();
    if (term > this.term) {
      this.term = term;
      this.vote = null;
      this.persistState();
    }
    this.role = 'follower';
    this.leader = leader;
  }

  #noteMembers(first: number, entries: readonly Entry[]): void {
    for (const [i, { payload }] of entries.entries()) {
      if (payload.kind === 'members') this.#members.push({ index: first + i, members: payload.members });
    }
  }

  resetElectionTimer(): void {
    this.electionDeadline = (this.now + this.config.electionTimeout()) as Ns;
  }

  #dropReads(): void {
    this.refusedReads.push(...this.waitingReads, ...(this.readRound?.reads ?? []));
    this.waitingReads = [];
    this.readRound = undefined;
  }
}
