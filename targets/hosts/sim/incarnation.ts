/**
 * One life of a node: from a start to the crash, kill or loss of power that ends it. Everything that a program holds
 * belongs to its incarnation, and ends with it: a dead one sends nothing, settles nothing, and its timers never fire.
 */
import type { RunningProgram, Timer, Value } from '../../../harness/contracts/index.ts';
import type { Receiver } from './event-heap.ts';
import type { WorkPool } from './work-pool.ts';

/** A client's request at the node, until it is answered or the incarnation ends. */
export interface Exchange {
  readonly message: Value;
  /** Sends the answer on its way. */
  answer(value: Value): void;
  /** The node's end of the connection broke: `ECONNREFUSED` when nobody listened, `ECONNRESET` when the program died. */
  broke(code: 'ECONNREFUSED' | 'ECONNRESET'): void;
}

/** A timer of the program, on the node's monotonic clock. */
export interface NodeTimer extends Timer {
  /** The reading of the monotonic clock at which it is due. */
  readonly due: number;
  readonly run: () => void;
  readonly incarnation: Incarnation;
  pending: Timer | undefined;
}

/** A promise that was handed to the program, about to settle. */
export interface Settlement {
  readonly incarnation: Incarnation;
  readonly label: string;
  readonly settle: () => void;
}

export class Incarnation {
  readonly number: number;
  alive = true;
  /** The process runs; its program may still be starting. */
  booted = false;
  /** Undefined while the program starts: nobody listens yet. */
  program: RunningProgram | undefined;
  heldBytes = 0;
  readonly timers = new Set<NodeTimer>();
  readonly exchanges = new Set<Exchange>();
  readonly pools = new Map<string, WorkPool>();

  constructor(number: number) {
    this.number = number;
  }

  pool(name: string, make: () => WorkPool): WorkPool {
    let pool = this.pools.get(name);
    if (pool === undefined) {
      pool = make();
      this.pools.set(name, pool);
    }
    return pool;
  }

  /** Ends it. Gives the requests that will never be answered. */
  end(): readonly Exchange[] {
    this.alive = false;
    this.booted = false;
    this.program = undefined;
    for (const timer of this.timers) timer.pending?.cancel();
    for (const pool of this.pools.values()) pool.clear();
    const unanswered = [...this.exchanges];
    this.timers.clear();
    this.pools.clear();
    this.exchanges.clear();
    return unanswered;
  }
}

/** An event that came while the node was paused. */
export interface Deferred {
  readonly receiver: Receiver;
  readonly payload: unknown;
  readonly tag: number;
}
