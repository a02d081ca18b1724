/**
 * What the reads of a growing collection saw and missed.
 *
 * An element is *known* from the first event that proves it present: the acknowledgement of its addition, or the
 * completion of a read that contains it. A read *misses* an element that was known before the read can have taken
 * effect. With `linearizable` reads that is the later of its invocation and the invocations of the additions it saw;
 * with `eventual` reads it is the invocation alone.
 *
 * Complete for linearizability of such collections: a history of adds and reads is linearizable iff no read misses an
 * element, none contains one before its addition was invoked, and the reads form a chain under inclusion. Time is the
 * total size of the reads, plus known elements for each read that misses one.
 */
import type { Budget } from '../../harness/contracts/index.ts';
import { ask } from '../verdict/exhausted.ts';
import type { Collection } from './collect.ts';

export type ReadModel = 'linearizable' | 'eventual';

/** A read that contains an element it cannot contain, or contains one too often. */
interface OddSighting {
  readonly element: number;
  readonly read: number;
  readonly times: number;
}

/** By element id, or by read number where it says so. -1 and Infinity mean none. */
export interface Sightings {
  /** Event index from which the element is known. */
  readonly known: Float64Array;
  /** First read (by completion) that contains it. */
  readonly firstSeen: Int32Array;
  /** The read with the latest invocation that contains it. */
  readonly lastSeen: Int32Array;
  /** First read (by completion) that misses it, and the one with the latest invocation. */
  readonly firstMiss: Int32Array;
  readonly lastMiss: Int32Array;
  readonly misses: Int32Array;
  /** First read that misses it after another read had shown it. */
  readonly firstGone: Int32Array;
  /** First sighting, per element, of more copies than allowed. */
  readonly duplicates: readonly OddSighting[];
  /** First sighting, per element, before any addition that may have happened. */
  readonly impossible: readonly OddSighting[];
  /** By read: the event after which it must have taken effect, and which element's addition that is (-1: its own invocation). */
  readonly effectiveStart: Float64Array;
  readonly startedBy: Int32Array;
}

/** `copies`: how often an element may occur in one read. Throws BudgetExhausted. */
export function sightings(collection: Collection, model: ReadModel, copies: 'one' | 'attempts', budget: Budget): Sightings {
  const scan = new SightingScan(collection, copies);
  const { count } = collection.reads;
  for (let read = 0; read < count; read++) {
    if ((read & 63) === 0) ask(budget, scan.bytes);
    scan.see(read);
  }
  scan.sortKnown();
  for (let read = 0; read < count; read++) {
    if ((read & 63) === 0) ask(budget, scan.bytes);
    scan.miss(read, model);
  }
  return scan;
}

class SightingScan implements Sightings {
  readonly known: Float64Array;
  readonly firstSeen: Int32Array;
  readonly lastSeen: Int32Array;
  readonly firstMiss: Int32Array;
  readonly lastMiss: Int32Array;
  readonly misses: Int32Array;
  readonly firstGone: Int32Array;
  readonly duplicates: OddSighting[] = [];
  readonly impossible: OddSighting[] = [];
  readonly effectiveStart: Float64Array;
  readonly startedBy: Int32Array;
  readonly bytes: number;
  readonly #collection: Collection;
  readonly #copies: 'one' | 'attempts';
  /** Which read an element was last met in (read number + 1), and how often there. */
  readonly #mark: Int32Array;
  readonly #times: Int32Array;
  readonly #odd: Uint8Array;
  /** Element ids by `known`, and `known` in that order. */
  #order = new Int32Array(0);
  #sortedKnown = new Float64Array(0);

  constructor(collection: Collection, copies: 'one' | 'attempts') {
    const count = collection.elements.values.length;
    const reads = collection.reads.count;
    const none = () => new Int32Array(count).fill(-1);
    this.#collection = collection;
    this.#copies = copies;
    this.known = Float64Array.from(collection.elements.acked);
    this.firstSeen = none();
    this.lastSeen = none();
    this.firstMiss = none();
    this.lastMiss = none();
    this.firstGone = none();
    this.misses = new Int32Array(count);
    this.effectiveStart = new Float64Array(reads);
    this.startedBy = new Int32Array(reads).fill(-1);
    this.#mark = new Int32Array(count);
    this.#times = new Int32Array(count);
    this.#odd = new Uint8Array(count);
    this.bytes = count * 60 + reads * 28 + collection.contents.length * 4;
  }

  /** First pass, in order of completion: what is seen, what cannot be. */
  see(read: number): void {
    const { elements, reads, contents } = this.#collection;
    const complete = reads.complete[read]!;
    const invoke = reads.invoke[read]!;
    const to = reads.to[read]!;
    let start = invoke;
    let startedBy = -1;
    for (let at = reads.from[read]!; at < to; at++) {
      const element = contents[at]!;
      const possible = elements.possible[element]!;
      this.#count(element, read);
      if (possible > complete) {
        this.#impossible(element, read);
        continue;
      }
      if (possible > start) {
        start = possible;
        startedBy = element;
      }
      if (this.firstSeen[element] === -1) this.firstSeen[element] = read;
      if (complete < this.known[element]!) this.known[element] = complete;
      const last = this.lastSeen[element]!;
      if (last === -1 || invoke > reads.invoke[last]!) this.lastSeen[element] = read;
    }
    this.effectiveStart[read] = start;
    this.startedBy[read] = startedBy;
  }

  #count(element: number, read: number): void {
    if (this.#mark[element] !== read + 1) {
      this.#mark[element] = read + 1;
      this.#times[element] = 1;
      return;
    }
    const times = this.#times[element]! + 1;
    this.#times[element] = times;
    const allowed = this.#copies === 'one' ? 1 : Math.max(1, this.#collection.elements.attempts[element]!);
    if (times !== allowed + 1) return;
    if ((this.#odd[element]! & 1) !== 0) return;
    this.#odd[element] = this.#odd[element]! | 1;
    this.duplicates.push({ element, read, times });
  }

  #impossible(element: number, read: number): void {
    if ((this.#odd[element]! & 2) !== 0) return;
    this.#odd[element] = this.#odd[element]! | 2;
    this.impossible.push({ element, read, times: 1 });
  }

  sortKnown(): void {
    const { known } = this;
    const order: number[] = [];
    for (let element = 0; element < known.length; element++) if (known[element] !== Infinity) order.push(element);
    this.#order = Int32Array.from(order).sort((a, b) => known[a]! - known[b]!);
    this.#sortedKnown = Float64Array.from(this.#order, (element) => known[element]!);
    this.#mark.fill(0);
  }

  /** Second pass: which known elements are not there. Only a read that misses something walks the known elements. */
  miss(read: number, model: ReadModel): void {
    const { reads, contents } = this.#collection;
    const invoke = reads.invoke[read]!;
    const start = model === 'linearizable' ? this.effectiveStart[read]! : invoke;
    const expected = lowerBound(this.#sortedKnown, start);
    const to = reads.to[read]!;
    let present = 0;
    for (let at = reads.from[read]!; at < to; at++) {
      const element = contents[at]!;
      if (this.#mark[element] === read + 1) continue;
      this.#mark[element] = read + 1;
      if (this.known[element]! < start) present++;
    }
    if (present === expected) return;
    for (let at = 0; at < expected; at++) {
      const element = this.#order[at]!;
      if (this.#mark[element] !== read + 1) this.#missed(element, read, invoke);
    }
  }

  #missed(element: number, read: number, invoke: number): void {
    const { reads } = this.#collection;
    if (this.firstMiss[element] === -1) this.firstMiss[element] = read;
    const last = this.lastMiss[element]!;
    if (last === -1 || invoke > reads.invoke[last]!) this.lastMiss[element] = read;
    this.misses[element] = this.misses[element]! + 1;
    const seen = this.firstSeen[element]!;
    if (this.firstGone[element] === -1 && seen >= 0 && reads.complete[seen]! < invoke) this.firstGone[element] = read;
  }
}

/** How many of the sorted values are less than `limit`. */
function lowerBound(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two reads of which neither contains the other, with an element that only the first, and one that only the second has. */
export interface Incomparable {
  readonly first: number;
  readonly second: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
}

/** The first two reads, by size, that are not nested: O(total size of the reads). Throws BudgetExhausted. */
export function findIncomparable(collection: Collection, budget: Budget): Incomparable | undefined {
  const { reads, contents, elements } = collection;
  const { from, to } = reads;
  const mark = new Int32Array(elements.values.length);
  const size = Int32Array.from(from, (start, read) => markRange(contents, start, to[read]!, mark, read + 1));
  const order = Int32Array.from(from, (_, read) => read).sort((a, b) => size[a]! - size[b]! || a - b);
  mark.fill(0);
  for (let at = 1; at < order.length; at++) {
    if ((at & 63) === 0) ask(budget, mark.length * 4 + order.length * 8);
    const small = order[at - 1]!;
    const large = order[at]!;
    if (from[small] === from[large]) continue;
    markRange(contents, from[large]!, to[large]!, mark, 2 * at);
    const onlyFirst = firstUnmarked(contents, from[small]!, to[small]!, mark, 2 * at);
    if (onlyFirst === undefined) continue;
    markRange(contents, from[small]!, to[small]!, mark, 2 * at + 1);
    const onlySecond = firstUnmarked(contents, from[large]!, to[large]!, mark, 2 * at + 1);
    if (onlySecond !== undefined) return { first: small, second: large, onlyFirst, onlySecond };
  }
  return undefined;
}

/** Marks the elements of a range; gives how many distinct ones there are. */
function markRange(contents: Int32Array, from: number, to: number, mark: Int32Array, stamp: number): number {
  let distinct = 0;
  for (let at = from; at < to; at++) {
    const element = contents[at]!;
    if (mark[element] !== stamp) distinct++;
    mark[element] = stamp;
  }
  return distinct;
}

function firstUnmarked(contents: Int32Array, from: number, to: number, mark: Int32Array, stamp: number): number | undefined {
  for (let at = from; at < to; at++) {
    const element = contents[at]!;
    if (mark[element] !== stamp) return element;
  }
  return undefined;
}
