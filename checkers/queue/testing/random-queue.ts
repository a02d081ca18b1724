/** Random histories of a queue that mostly behaves: messages are enqueued, delivered, redelivered, drained; now and then something is wrong. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';

export type Below = (limit: number) => number;

interface Pending {
  readonly f: 'enqueue' | 'dequeue' | 'drain';
  readonly value: Value;
  readonly thread: number;
}

const NODES = ['n1', 'n2'];
const THREADS = 3;

/** Builds one history of up to `most` steps; `below` decides everything. `wrong`: one choice in so many is a wrong one. */
export class RandomQueue {
  readonly #below: Below;
  readonly #wrong: number;
  readonly #events: WrittenEvent[] = [];
  readonly #pending = new Map<number, Pending>();
  /** What a right queue would deliver, in its order. */
  readonly #ready: number[] = [];
  readonly #processes: number[] = Array.from({ length: THREADS }, (_, thread) => thread);
  #next = 0;

  constructor(below: Below, wrong: number) {
    this.#below = below;
    this.#wrong = wrong;
  }

  events(most: number): WrittenEvent[] {
    for (let step = this.#below(most) + 1; step > 0; step--) this.#step();
    for (const process of [...this.#pending.keys()]) if (this.#below(8) > 0) this.#complete(process);
    if (this.#below(12) > 0) this.#events.push(['observer:lifecycle', 'info', 'phase', 'final-reads']);
    for (let node = 0; node < NODES.length; node++) {
      for (let drains = this.#below(10) === 0 ? 0 : 1 + this.#below(2); drains > 0; drains--) this.#finalDrain(node);
    }
    return this.#events;
  }

  #step(): void {
    const thread = this.#below(THREADS);
    const process = this.#processes[thread]!;
    if (this.#pending.has(process)) this.#complete(process);
    else this.#invoke(thread, process);
  }

  #invoke(thread: number, process: number): void {
    const kind = this.#below(16);
    const f = kind < 8 ? 'enqueue' : kind < 15 ? 'dequeue' : 'drain';
    const value = f !== 'enqueue' ? null : this.#below(14) === 0 && this.#next > 0 ? this.#below(this.#next) : this.#next++;
    this.#pending.set(process, { f, value, thread });
    this.#events.push([process, 'invoke', f, value, this.#at(thread)]);
  }

  #complete(process: number): void {
    const { f, value, thread } = this.#pending.get(process)!;
    this.#pending.delete(process);
    const outcome = this.#below(10);
    const extras = this.#at(thread);
    if (outcome === 0) {
      this.#processes[thread] = process + THREADS;
      // an enqueue of unknown outcome takes effect or not; a dequeue may have taken something along
      if (f === 'enqueue' && this.#below(2) === 0) this.#ready.push(value as number);
      if (f === 'dequeue' && this.#below(2) === 0) this.#ready.shift();
      this.#events.push([process, 'info', f, value, { ...extras, error: { code: 'timeout', message: '' } }]);
    } else if (outcome === 1) {
      if (f === 'enqueue' && this.#is('wrong')) this.#ready.push(value as number);
      this.#events.push([process, 'fail', f, value, { ...extras, error: { code: 'refused', message: '' } }]);
    } else if (f === 'enqueue') {
      if (this.#below(20) === 0) return void this.#events.push([process, 'ok', f, value, { ...extras, applied: false }]);
      if (!this.#is('wrong')) this.#ready.splice(this.#is('wrong') ? 0 : this.#ready.length, 0, value as number);
      this.#events.push([process, 'ok', f, value, extras]);
    } else {
      const answer = f === 'dequeue' ? this.#delivery() : this.#drained(this.#below(this.#ready.length + 1));
      this.#events.push([process, 'ok', f, answer, extras]);
    }
  }

  #finalDrain(node: number): void {
    const process = 1_000 + this.#events.length;
    this.#events.push([process, 'invoke', 'drain', null, { node: NODES[node]! }]);
    if (this.#below(16) === 0) return void this.#events.push([process, 'info', 'drain', null, { node: NODES[node]! }]);
    this.#events.push([process, 'ok', 'drain', this.#drained(this.#below(12) === 0 ? this.#below(2) : this.#ready.length), { node: NODES[node]! }]);
  }

  /** So many of what is ready; all of it empties the queue. */
  #drained(count: number): Value {
    const taken = Array.from({ length: count }, () => this.#delivery()).filter((each) => each !== null);
    return this.#ready.length > 0 || this.#below(20) === 0 ? { partial: taken } : taken;
  }

  #delivery(): Value {
    const right = this.#is('wrong') ? this.#below(this.#next + 2) : this.#ready.shift();
    if (right === undefined) return null;
    const kind = this.#below(6);
    if (kind < 2) {
      if (this.#is('wrong')) this.#ready.push(right);
      return right;
    }
    const ack = (['unknown', 'confirmed', 'returned'] as const)[kind - 2] ?? 'unknown';
    if (ack !== 'confirmed' && this.#below(3) === 0) this.#ready.push(right);
    const said = this.#below(4);
    return {
      message: right,
      ...(kind < 5 && { ack }),
      ...(said < 2 && { redelivered: said === 1 }),
      ...(this.#below(10) === 0 && { deadLetter: true }),
    };
  }

  #is(_what: 'wrong'): boolean {
    return this.#wrong > 0 && this.#below(this.#wrong) === 0;
  }

  #at(thread: number): { readonly node: string } {
    return { node: NODES[thread % NODES.length]! };
  }
}
