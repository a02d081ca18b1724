/** Faults: the nemesis decides what, when and whom; targets know how. */
import type { Rng } from './time.ts';
import type { Capability, NodeId, Ns, Options, Value } from './value.ts';

/** One end of a link: a node, or the group of all clients. */
export type LinkEnd = NodeId | 'clients';

/** Directed: bytes (or messages) from the first to the second are cut, whoever dialled (rule 18). */
export interface LinkParams {
  readonly type: 'cut';
  readonly links: readonly (readonly [from: LinkEnd, to: LinkEnd])[];
  /** How it shows. `reject`: what is sent is refused at once. `reset`: silence, and the connections that stand are broken first. Absent: silence. */
  readonly by?: 'reject' | 'reset';
  /** It comes and goes: each period begins with the cut, which lasts that share (0 … 1) of it. Absent: it lasts. */
  readonly flap?: { readonly period: Ns; readonly cutShare: number };
}

/** Directed: of what the second end asks the first, the questions arrive and are acted upon, and the answers do not come back. */
export interface ReplyParams {
  readonly type: 'lose';
  readonly links: readonly (readonly [answering: LinkEnd, asking: LinkEnd])[];
  /** What who asked sees: nothing more on that connection, or its end as soon as there is an answer. */
  readonly seen: 'silence' | 'reset';
}

/** What a link does to the packets that it carries; probabilities from 0 to 1. What is absent is left alone. */
export interface LinkShape {
  /** Mean time by which each packet is held, and how far it varies: the whole half-width, or (normal) the standard deviation. */
  readonly delay?: Ns;
  readonly jitter?: Ns;
  readonly distribution?: 'uniform' | 'normal';
  readonly loss?: number;
  /** Mean number of packets that are lost in a row (Gilbert's model); 1 where absent: each on its own. */
  readonly burst?: number;
  readonly duplicate?: number;
  /** The share of packets that is held back by `holdBack` more, so that later ones overtake them. */
  readonly reorder?: number;
  readonly holdBack?: Ns;
  /** The share of packets in which one bit is turned over: checksums drop them where they arrive. */
  readonly corrupt?: number;
  readonly bytesPerSecond?: number;
}

/** Directed, between nodes. Shapes of one link act one after the other, each on what the one before it let through. */
export interface ShapeParams {
  readonly type: 'shape';
  readonly links: readonly (readonly [from: NodeId, to: NodeId])[];
  readonly shape: LinkShape;
}

export interface ProcessParams {
  /** `kill`: SIGKILL, started again at the undo. `pause`: SIGSTOP. `power-loss`: killed, unsynced writes lost. */
  readonly type: 'kill' | 'pause' | 'power-loss';
  readonly nodes: readonly NodeId[];
  /** Of a loss of power: what was not synced is there in parts instead of not at all. */
  readonly torn?: true;
  /** Of a pause: by the freezer of a control group instead of by a signal. */
  readonly by?: 'freezer';
}

/** Rule 17: what a clock fault moves. */
export type ClockScope = 'wall' | 'monotonic' | 'both';

export type ClockParams =
  | { readonly type: 'jump'; readonly nodes: readonly NodeId[]; readonly offset: Ns; readonly scope: ClockScope }
  | { readonly type: 'drift'; readonly nodes: readonly NodeId[]; readonly ppm: number; readonly scope: ClockScope }
  /** `amplitude` comes on top in every other `half` of true time. */
  | { readonly type: 'strobe'; readonly nodes: readonly NodeId[]; readonly amplitude: Ns; readonly half: Ns; readonly scope: ClockScope }
  /** The clock stands where it was when the change was applied. */
  | { readonly type: 'freeze'; readonly nodes: readonly NodeId[]; readonly scope: ClockScope };

export type DiskOperation = 'read' | 'write' | 'fsync';

export type DiskParams =
  /** Every write is refused for want of space. */
  | { readonly type: 'full'; readonly nodes: readonly NodeId[] }
  /** Each read, write and fsync takes so much longer. */
  | { readonly type: 'slow'; readonly nodes: readonly NodeId[]; readonly delay: Ns }
  /** That share (0 … 1) of these operations fails with EIO. */
  | { readonly type: 'error'; readonly nodes: readonly NodeId[]; readonly operations: readonly DiskOperation[]; readonly share: number }
  /** An fsync says that it is done and does nothing: a loss of power shows it. */
  | { readonly type: 'lying-fsync'; readonly nodes: readonly NodeId[] }
  /** That share of writes is stored with one bit turned over. */
  | { readonly type: 'corrupt'; readonly nodes: readonly NodeId[]; readonly share: number };

export type ResourceParams =
  /** At most so many thousandths of one processor. */
  | { readonly type: 'cpu'; readonly nodes: readonly NodeId[]; readonly millis: number }
  /** At most so many processes and threads; those that there are stay. */
  | { readonly type: 'processes'; readonly nodes: readonly NodeId[]; readonly most: number }
  /** At most so many bytes of memory; what is in use already and cannot be given back stays. */
  | { readonly type: 'memory'; readonly nodes: readonly NodeId[]; readonly bytes: number }
  /** At most so many files and connections open in each process; those that there are stay. */
  | { readonly type: 'descriptors'; readonly nodes: readonly NodeId[]; readonly most: number };

/** A standby becomes primary by order, whatever the primary thinks of it. Undone: no other node takes itself for primary, and all follow the new one. */
export interface PromotionParams {
  readonly type: 'promote';
  /** Whom: the first of them that can be promoted, or the one that has received most of the log. */
  readonly candidates: readonly NodeId[];
  readonly choice: 'first' | 'most-received';
  /** `alone`: until the undo it acknowledges without waiting for standbys that it has been cut from. */
  readonly standing: 'alone' | 'with-standbys';
}

/** Members leave or join by order of the system itself. Undone: every node is a voting member again. */
export interface MemberParams {
  /**
   * `leave`: no member while it holds, its process left to itself. `join`: wiped, and a voter again at once. `replace`: killed
   * first, wiped, a learner until it has caught up. `learn`: wiped, and a learner while it holds; the undo promotes it.
   */
  readonly type: 'leave' | 'join' | 'replace' | 'learn';
  readonly nodes: readonly NodeId[];
  /** What is left: a majority of those that stay must answer, or it is not done; or whatever there is. */
  readonly leaving: 'quorum' | 'anything';
}

/** A journal line: enough, on its own, for another process to undo it (the watchdog, `ordeal heal`). */
export interface Change {
  readonly id: string;
  /** Finds the undo function: `sim.links`, `proxy.links`, `nft.links`, `process.kill`, … */
  readonly kind: string;
  readonly nodes: readonly NodeId[];
  readonly params: Value;
  /** Names what is touched by things known before the injection. */
  readonly undo: Value;
}

/** What an independent observer saw (rule 13). */
export interface Evidence {
  readonly holds: boolean;
  /** False where no independent reading exists: "applied, not proven". */
  readonly independent: boolean;
  /** In words: `n1→n2: 0 of 3 echoes; n1→n3: 3 of 3`. */
  readonly measured: string;
}

/**
 * One per mechanism (nft, link proxy, vDSO, simulated network, …), in `targets/controls`. Declarative: its state is the
 * union of the active changes, counted, so that undoing one never lifts another (rule 11).
 */
export interface Control<P> {
  /** Pure: says what would be done, touches nothing. `id` is unique in the run. */
  plan(id: string, params: P): Change;
  apply(change: Change): Promise<void>;
  /** Idempotent; succeeds when the thing is gone. */
  undo(change: Change): Promise<void>;
  probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence>;
}

/** Undoes a change without a live run: by the watchdog or `ordeal heal`. Found by `Change.kind`. Idempotent. */
export type Undo = (change: Change, signal: AbortSignal) => Promise<void>;

/** What a module of undo functions exports: the watchdog imports it by url. */
export interface UndoRegistry {
  readonly undo: Readonly<Record<string, Undo>>;
}

export interface Controls {
  readonly links: Control<LinkParams>;
  readonly replies: Control<ReplyParams>;
  readonly shapes: Control<ShapeParams>;
  readonly processes: Control<ProcessParams>;
  readonly clocks: Control<ClockParams>;
  readonly disks: Control<DiskParams>;
  readonly resources: Control<ResourceParams>;
  /** Of the system, not of the host: see `System.promotions`. */
  readonly promotions: Control<PromotionParams>;
  /** Of the system, not of the host: see `System.membership`. */
  readonly members: Control<MemberParams>;
}

/** What a fault wants of one control. */
export type Action = { readonly [K in keyof Controls]: { readonly control: K; readonly params: Parameters<Controls[K]['plan']>[1] } }[keyof Controls];

export interface FaultView {
  readonly nodes: readonly NodeId[];
  /** Who says it is primary now; empty where the system cannot tell. */
  readonly primaries: readonly NodeId[];
  /** Those of the nodes that stand for the outside world: they are hit only by faults that name them (rule 29). None where absent. */
  readonly outside?: readonly NodeId[];
}

/** Pure: no I/O, no try/finally. One executor does journal → apply → probe → … → undo → probe → journal. */
export interface Fault<P = unknown> {
  readonly name: string;
  /** The family that `--faults` names: partition, kill, pause, clock, power, … */
  readonly family: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  /** What these options need besides. */
  needsFor?(options: P): readonly Capability[];
  readonly options: Options<P>;
  plan(options: P, view: FaultView, rng: Rng): readonly Action[];
}

/** What the runner asks of the nemesis: its operations are `inject` and `heal`, their values `FaultInstance`s. */
export interface FaultInstance {
  /** Unique in the run: `partition-1`. */
  readonly id: string;
  readonly fault: string;
  readonly options: Value;
}

/** One line of `faults.jsonl`. Times are ns of the run's clock. */
export type JournalEntry =
  /** First line: who owns this journal (rule 22). */
  | {
      readonly type: 'owner';
      readonly schemaVersion: 1;
      readonly pid: number;
      readonly startTime: string;
      readonly bootId: string;
      readonly hostname: string;
      readonly runId: string;
      readonly undoModule: string;
    }
  /** Written and fsynced before anything is touched. */
  | { readonly type: 'planned'; readonly time: Ns; readonly instance: FaultInstance; readonly family: string; readonly change: Change }
  | { readonly type: 'applied'; readonly time: Ns; readonly change: string; readonly evidence: Evidence }
  /** Proof again, after a node start inside the window and just before healing (rule 12). */
  | { readonly type: 'verified'; readonly time: Ns; readonly change: string; readonly evidence: Evidence }
  | { readonly type: 'failed'; readonly time: Ns; readonly change: string; readonly message: string }
  | { readonly type: 'undone'; readonly time: Ns; readonly change: string; readonly evidence: Evidence; readonly by: 'run' | 'watchdog' | 'heal' }
  /** Last line of a journal with nothing left to undo. */
  | { readonly type: 'closed'; readonly time: Ns };

/** What the lifecycle and the runner know of the nemesis. Implemented by `nemesis/executor`. */
export interface Nemesis {
  /** An `inject` or a `heal`; gives what was measured. Never rejects. */
  invoke(op: { readonly f: string; readonly value: Value }): Promise<{ readonly type: 'info'; readonly value: Value }>;
  /** Undoes everything that is active and verifies it. Called on every exit path; idempotent. */
  healAll(): Promise<readonly { readonly change: string; readonly evidence: Evidence }[]>;
  close(): Promise<void>;
}
