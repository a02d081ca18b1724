/** How many grants lie in one window: for certain, and at most. One pass, with the last few grants of each key at hand. */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { GrowableInts } from '../columns/growable.ts';
import { ask } from '../verdict/exhausted.ts';

export interface RateLaw {
  /** Infinity: none. */
  readonly limit: number;
  readonly windowNs: number;
  readonly per: 'key' | 'all';
  readonly grant: string;
}

export interface Overrun {
  /** Acknowledgements of one more than the limit, in order; none where it is not spelled out. */
  readonly acks: readonly number[];
  /** From the earliest call to the latest return. */
  readonly spanNs: number;
}

export interface Grants {
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly peakCertain: number;
  readonly peakPossible: number;
  readonly overruns: readonly Overrun[];
}

const SPELLED_OUT = 8;
const BYTES_PER_GRANT = 8;

/** O(events + grants × log grants in a window). Throws BudgetExhausted. */
export function scanGrants(history: History, law: RateLaw, budget: Budget): Grants {
  const { columns } = history;
  const f = history.fs.indexOf(law.grant);
  const acks = new Map<number, GrowableInts>();
  const calls = new Map<number, GrowableInts>();
  const counts = { acknowledged: 0, refused: 0, unknown: 0 };
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, (counts.acknowledged * 2 + counts.unknown) * BYTES_PER_GRANT);
      budget.progress(i, history.length);
    }
    if (columns.f[i] !== f || !isClient(columns, i)) continue;
    const key = law.per === 'all' ? 0 : columns.key[i]!;
    const type = eventType(columns, i);
    if (type === INVOKE) {
      const fate = fateAt(columns, i);
      counts[fate]++;
      if (fate !== 'refused') listOf(calls, key).push(i);
    } else if (type === OK && columns.pair[i]! >= 0 && fateAt(columns, columns.pair[i]!) === 'acknowledged') listOf(acks, key).push(i);
  }
  const overruns: Overrun[] = [];
  let [peakCertain, peakPossible] = [0, 0];
  for (const list of acks.values()) peakCertain = Math.max(peakCertain, certain(history, law, list.view(), overruns, budget));
  for (const list of calls.values()) peakPossible = Math.max(peakPossible, possible(history, law, list.view()));
  overruns.sort((a, b) => a.acks.at(-1)! - b.acks.at(-1)!);
  return { ...counts, peakCertain, peakPossible, overruns };
}

/**
 * By return in order; of those before the return less than a window ago, the ones that were called less than a window ago
 * as well are certainly together. Calls wait in a heap, the earliest first, so that each enters and leaves once.
 */
function certain(history: History, law: RateLaw, acks: Int32Array, overruns: Overrun[], budget: Budget): number {
  const { time, pair } = history.columns;
  const together = new EarliestFirst();
  let peak = 0;
  for (let k = 0; k < acks.length; k++) {
    if ((k & 0xffff) === 0) ask(budget, acks.length * BYTES_PER_GRANT);
    const at = acks[k]!;
    together.push(time[pair[at]!]!, at);
    while (together.size > 0 && !(time[at]! - together.earliest < law.windowNs)) together.pop();
    peak = Math.max(peak, together.size);
    // the last one itself must be among them: one that took a window or longer may have happened before
    if (together.size <= law.limit || !(time[at]! - time[pair[at]!]! < law.windowNs)) continue;
    const enough = overruns.length < SPELLED_OUT ? together.latest(law.limit + 1) : [at];
    const spanNs = time[at]! - Math.min(...enough.map((ack) => time[pair[ack]!]!));
    overruns.push({ acks: enough, spanNs });
  }
  return peak;
}

/** The most operations of which each was called before a window's end and not answered before its beginning. */
function possible(history: History, { windowNs }: RateLaw, calls: Int32Array): number {
  const { time, pair } = history.columns;
  const ends = Float64Array.from(calls, (call) => (fateAt(history.columns, call) === 'acknowledged' ? time[pair[call]!]! : Infinity)).sort();
  let [peak, left] = [0, 0];
  for (let k = 0; k < calls.length; k++) {
    // a window that begins just after the latest call minus its length: those that ended by then are out
    for (; left < ends.length && !(ends[left]! > time[calls[k]!]! - windowNs); left++);
    peak = Math.max(peak, k + 1 - left);
  }
  return peak;
}

/** A heap of acknowledgements by the time of their call. */
class EarliestFirst {
  readonly #times: number[] = [];
  readonly #acks: number[] = [];

  get size(): number {
    return this.#acks.length;
  }

  get earliest(): number {
    return this.#times[0]!;
  }

  push(time: number, ack: number): void {
    let i = this.#acks.length;
    this.#times.push(time);
    this.#acks.push(ack);
    for (let parent = (i - 1) >> 1; i > 0 && this.#times[parent]! > this.#times[i]!; i = parent, parent = (i - 1) >> 1) this.#swap(i, parent);
  }

  pop(): void {
    this.#swap(0, this.#acks.length - 1);
    this.#times.pop();
    this.#acks.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.#times.length && this.#times[child]! < this.#times[least]!) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  /** So many of them that were answered last, in order. */
  latest(count: number): number[] {
    return [...this.#acks].sort((a, b) => a - b).slice(-count);
  }

  #swap(i: number, j: number): void {
    [this.#times[i], this.#times[j]] = [this.#times[j]!, this.#times[i]!];
    [this.#acks[i], this.#acks[j]] = [this.#acks[j]!, this.#acks[i]!];
  }
}

function listOf(lists: Map<number, GrowableInts>, key: number): GrowableInts {
  let list = lists.get(key);
  if (list === undefined) {
    list = new GrowableInts();
    lists.set(key, list);
  }
  return list;
}
