/**
 * The simulated network: directed links between nodes and the two positions outside, `clients` and `control`.
 *
 * Every draw is keyed by (link, number of the message on that link), so that one more message on one link moves nothing
 * on another. Integers and + - * / only: every engine agrees. A cut link swallows what is sent over it; what was on its
 * way before goes on. The control position is never cut and takes the same time always.
 */
import type { LinkEnd, NodeId, Position, Rng } from '../../../harness/contracts/index.ts';
import { draw32 } from '../../../harness/random/rng.ts';
import type { Receiver } from './event-heap.ts';
import type { SimSettings } from './options.ts';
import type { Scheduler } from './scheduler.ts';

const TWO_32 = 4294967296;
const TAIL_ONE_IN = 50;
/** What a lost segment costs a client's connection: the usual least time-out of a retransmission. */
const RETRANSMIT_NS = 200_000_000;
/** Draws per message: latency, tail, loss, duplication, the duplicate's latency and tail. */
const DRAWS = 6;

/** Any end of a link. */
export type NetworkEnd = NodeId | Position;

export class Network {
  readonly #scheduler: Scheduler;
  readonly #settings: SimSettings;
  readonly #ends: readonly NetworkEnd[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #keys: Int32Array;
  readonly #counts: Float64Array;
  readonly #cut: Uint8Array;
  readonly #lastArrival: Float64Array;
  readonly #control: number;
  /** Messages between nodes that were sent, arrived twice, were lost by chance, or swallowed by a cut. */
  readonly statistics = { sent: 0, duplicated: 0, lost: 0, swallowed: 0 };

  constructor(scheduler: Scheduler, settings: SimSettings, nodes: readonly NodeId[], rng: Rng) {
    this.#scheduler = scheduler;
    this.#settings = settings;
    this.#ends = [...nodes, 'clients', 'control'];
    this.#indexOf = new Map(this.#ends.map((end, index) => [end, index]));
    this.#control = this.#ends.length - 1;
    const size = this.#ends.length * this.#ends.length;
    this.#keys = new Int32Array(size);
    this.#counts = new Float64Array(size);
    this.#cut = new Uint8Array(size);
    this.#lastArrival = new Float64Array(size);
    for (const from of this.#ends) {
      for (const to of this.#ends) this.#keys[this.link(from, to)] = rng.fork(`${from}>${to}`).int(0, 0xffffffff);
    }
  }

  /** The number of a link. Throws a RangeError for an end that does not exist. */
  link(from: NetworkEnd, to: NetworkEnd): number {
    return this.indexOf(from) * this.#ends.length + this.indexOf(to);
  }

  indexOf(end: NetworkEnd): number {
    const index = this.#indexOf.get(end);
    if (index === undefined) throw new RangeError(`there is no "${end}" in this network: it has ${this.#ends.join(', ')}`);
    return index;
  }

  /** The most that one message can take without loss: what a probe waits for an answer. */
  get longestLatencyNs(): number {
    return this.#settings.latencyNs + this.#settings.jitterNs + this.#settings.tailNs;
  }

  setCut(from: LinkEnd, to: LinkEnd, cut: boolean): void {
    this.#cut[this.link(from, to)] = cut ? 1 : 0;
  }

  /** A datagram from node to node: may be lost, doubled, overtaken. `tag` of the event is the sender's index. */
  send(from: number, to: number, receiver: Receiver, message: unknown): void {
    const link = from * this.#ends.length + to;
    const number = this.#next(link);
    this.statistics.sent++;
    if (this.#cut[link] === 1) {
      this.statistics.swallowed++;
      return;
    }
    const { lossThreshold, duplicateThreshold, reorder } = this.#settings;
    const key = this.#keys[link] as number;
    if (lossThreshold > 0 && draw32(key, number + 2) < lossThreshold) {
      this.statistics.lost++;
      return;
    }
    const now = this.#scheduler.now();
    let arrival = now + this.#latency(key, number);
    if (!reorder) {
      if (arrival < (this.#lastArrival[link] as number)) arrival = this.#lastArrival[link] as number;
      this.#lastArrival[link] = arrival;
    }
    this.#scheduler.post(arrival, receiver, message, from);
    if (duplicateThreshold > 0 && draw32(key, number + 3) < duplicateThreshold) {
      this.statistics.duplicated++;
      this.#scheduler.post(now + this.#latency(key, number + 4), receiver, message, from);
    }
  }

  /**
   * A segment of a connection: kept in order by the caller, retransmitted when lost. Gives the time of its arrival,
   * undefined when the link is cut.
   */
  segment(from: number, to: number): number | undefined {
    const link = from * this.#ends.length + to;
    const number = this.#next(link);
    if (this.#cut[link] === 1) return undefined;
    const now = this.#scheduler.now();
    if (from === this.#control || to === this.#control) return now + this.#settings.latencyNs;
    const key = this.#keys[link] as number;
    const lost = this.#settings.lossThreshold > 0 && draw32(key, number + 2) < this.#settings.lossThreshold;
    return now + this.#latency(key, number) + (lost ? RETRANSMIT_NS : 0);
  }

  /**
   * A probe's message: takes the path of every other message, except that its draws are keyed by the probe, not by the
   * link's count, and that chance does not lose it. So that probing moves nothing else.
   */
  probe(from: NetworkEnd, to: NetworkEnd, key: number, number: number, receiver: Receiver, payload: unknown): void {
    const link = this.link(from, to);
    if (this.#cut[link] === 1) return;
    const control = from === 'control' || to === 'control';
    const latency = control ? this.#settings.latencyNs : this.#latency(key, number * DRAWS);
    this.#scheduler.post(this.#scheduler.now() + latency, receiver, payload, number);
  }

  #next(link: number): number {
    const number = this.#counts[link] as number;
    this.#counts[link] = number + DRAWS;
    return number;
  }

  /** Least latency, plus a product of two uniform draws (little is likelier than much), plus now and then a long tail. */
  #latency(key: number, number: number): number {
    const { latencyNs, jitterNs, tailNs } = this.#settings;
    const body = draw32(key, number);
    const tail = draw32(key, number + 1);
    const jitter = Math.floor((((jitterNs * (body >>> 16)) / 65536) * (body & 0xffff)) / 65536);
    return latencyNs + jitter + (tail % TAIL_ONE_IN === 0 ? Math.floor((tailNs * (tail >>> 8)) / (TWO_32 / 256)) : 0);
  }
}
