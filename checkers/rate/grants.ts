/** How many grants lie in one window, or in several on end: for certain, and at most. With the last few grants of each key at hand. */
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
  /** How long after its call an operation of unknown outcome may be granted. */
  readonly lateNs: number;
}

export interface Overrun {
  /** Within so many windows on end. */
  readonly windows: number;
  /** Acknowledgements of one more than they may hold, in order. */
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
  /** Of the acknowledged ones alone. */
  readonly peakAcknowledged: number;
  /** Grants that end an overrun. */
  readonly tooMany: number;
  /** The first few overruns. */
  readonly overruns: readonly Overrun[];
}

/** A grant that was one too many in so many windows on end, and all grants that it was judged with, in order. */
interface Excess {
  readonly windows: number;
  readonly at: number;
  readonly acks: Int32Array;
}

/**
 * At most `limit` in every window are at most twice as many in every two on end, and so on: where it is not known in which
 * window each was granted, it is still known of several together. The longer, the less the uncertain ends matter.
 */
const WINDOWS_ON_END = [1, 2, 4, 8, 16, 32];
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
  const found = new Map<number, Excess>();
  let [peakCertain, peakPossible, peakAcknowledged] = [0, 0, 0];
  for (const list of acks.values()) {
    for (const windows of WINDOWS_ON_END) {
      if (windows > 1 && list.length <= windows * law.limit) break;
      const peak = certain(history, law, windows, list.view(), found, budget);
      if (windows === 1) peakCertain = Math.max(peakCertain, peak);
    }
  }
  for (const list of calls.values()) {
    const all = list.view();
    peakPossible = Math.max(peakPossible, possible(history, law, all));
    const acknowledged = all.filter((call) => fateAt(columns, call) === 'acknowledged');
    peakAcknowledged = Math.max(peakAcknowledged, possible(history, law, acknowledged));
  }
  const first = [...found.values()].sort((a, b) => a.at - b.at).slice(0, SPELLED_OUT);
  const overruns = first.map((excess) => overrunOf(history, law, excess));
  return { ...counts, peakCertain, peakPossible, peakAcknowledged, tooMany: found.size, overruns };
}

/**
 * By return in order; of those before the return less than so many windows ago, the ones that were called less than so many
 * ago as well are certainly together. Calls wait in a heap, the earliest first, so that each enters and leaves once. Adds
 * what is not `found` already; gives the most that were together.
 */
function certain(history: History, law: RateLaw, windows: number, acks: Int32Array, found: Map<number, Excess>, budget: Budget): number {
  const { time, pair } = history.columns;
  const together = new EarliestFirst();
  const [longest, most] = [windows * law.windowNs, windows * law.limit];
  let peak = 0;
  for (let k = 0; k < acks.length; k++) {
    if ((k & 0xffff) === 0) ask(budget, acks.length * BYTES_PER_GRANT);
    const at = acks[k]!;
    const called = time[pair[at]!]!;
    together.push(called);
    while (together.size > 0 && !(time[at]! - together.earliest < longest)) together.pop();
    peak = Math.max(peak, together.size);
    // the last one itself must be among them: one that took as long or longer may have happened before
    if (together.size > most && time[at]! - called < longest && !found.has(at)) found.set(at, { windows, at, acks });
  }
  return peak;
}

/** The latest grants that are too many together. */
function overrunOf(history: History, { windowNs, limit }: RateLaw, { windows, at, acks }: Excess): Overrun {
  const { time, pair } = history.columns;
  const together: number[] = [];
  for (let k = acks.indexOf(at); together.length <= windows * limit; k--) {
    if (time[at]! - time[pair[acks[k]!]!]! < windows * windowNs) together.push(acks[k]!);
  }
  const spanNs = time[at]! - Math.min(...together.map((ack) => time[pair[ack]!]!));
  return { windows, acks: together.reverse(), spanNs };
}

/** The most operations of which each was called before a window's end and not answered before its beginning. */
function possible(history: History, { windowNs, lateNs }: RateLaw, calls: Int32Array): number {
  const { time, pair } = history.columns;
  const ends = Float64Array.from(calls, (call) => (fateAt(history.columns, call) === 'acknowledged' ? time[pair[call]!]! : time[call]! + lateNs)).sort();
  let [peak, left] = [0, 0];
  for (let k = 0; k < calls.length; k++) {
    // a window that begins just after the latest call minus its length: those that ended by then are out
    for (; left < ends.length && !(ends[left]! > time[calls[k]!]! - windowNs); left++);
    peak = Math.max(peak, k + 1 - left);
  }
  return peak;
}

/** A heap of times. */
class EarliestFirst {
  readonly #times: number[] = [];

  get size(): number {
    return this.#times.length;
  }

  get earliest(): number {
    return this.#times[0]!;
  }

  push(time: number): void {
    let i = this.#times.push(time) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && this.#times[parent]! > this.#times[i]!; i = parent, parent = (i - 1) >> 1) this.#swap(i, parent);
  }

  pop(): void {
    this.#swap(0, this.#times.length - 1);
    this.#times.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.#times.length && this.#times[child]! < this.#times[least]!) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(i: number, j: number): void {
    [this.#times[i], this.#times[j]] = [this.#times[j]!, this.#times[i]!];
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
