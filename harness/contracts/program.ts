/** Node programs: systems written once against `Env`, running on `sim` and on `process`. */
import type { Rng, Timer } from './time.ts';
import type { NodeId, Ns, Value } from './value.ts';

/** A node's disk. What was written and not synced is lost with the power, not with a kill. */
export interface Disk {
  /** Gives undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, data: Uint8Array): Promise<void>;
  append(path: string, data: Uint8Array): Promise<void>;
  /** Makes the file's content, and its name, survive a loss of power. */
  fsync(path: string): Promise<void>;
  truncate(path: string, sizeBytes: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/** Dies with its incarnation: after a crash it sends nothing and settles nothing; while paused its events queue. */
export interface Env {
  readonly self: NodeId;
  /** All members but this one. */
  readonly peers: readonly NodeId[];
  readonly rng: Rng;
  readonly disk: Disk;
  /** What clock faults move (rule 17). Timers follow the monotonic clock. */
  readonly clock: { wallMs(): number; monotonic(): Ns };
  /** Best effort, like a datagram over a link; may be lost, delayed, and on `sim` duplicated and reordered. */
  send(to: NodeId, message: Value): void;
  timer(delay: Ns, run: () => void): Timer;
  log(line: string): void;
  /** Occupies one of the node's cores or pool slots, first come first served. */
  work(cost: Ns, pool?: string): Promise<void>;
  /** Counts against the node's memory limit; negative frees; beyond it the node dies. */
  alloc(bytes: number): void;
}

export interface RunningProgram {
  onMessage(from: NodeId, message: Value): void;
  /** A request of a client or of the control position. `reply` may be called later, at most once. */
  onRequest(message: Value, reply: (answer: Value) => void): void;
}

export interface NodeProgram<P = Value> {
  /** Called once per incarnation; reads what the disk has kept. */
  start(env: Env, options: P): Promise<RunningProgram>;
}
