/**
 * Is there an order of versions with which nothing is cyclic? (Papadimitriou 1979; Tan et al. 2020, Huang et al. 2023.) For each
 * pair of writers of a key one comes first, and readers of the earlier one come before the later one. Pairs that are forced
 * by what is known are decided until nothing changes, then one is guessed. Reachability is kept as rows of bits:
 * O(n² / 32) for an edge; the guesses are what is exponential, and what the budget bounds.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { RegisterProblem } from './problem.ts';

/**
 * Serial: a transaction is one point. Snapshots: it is its start and its commit; of two that write one key one starts behind the
 * other. Prefixes: the same, but both may have started. Parallel snapshots: it is one point, and who missed a write is not behind
 * it, though it need not be before it (parallel snapshot isolation: no cycle has fewer than two anti-dependencies).
 */
export type Shape = 'serial' | 'snapshot' | 'prefix' | 'parallel';

/** Whether a transaction is two points. */
export function hasStarts(shape: Shape): boolean {
  return shape === 'snapshot' || shape === 'prefix';
}

interface Pair {
  readonly one: number;
  readonly other: number;
  readonly readersOfOne: readonly number[];
  readonly readersOfOther: readonly number[];
}

/** What is known of an order: the points (transactions; or 2t for the start of t and 2t + 1 for its commit) in one; or there is none; or it was not found. */
export type Solution = readonly number[] | 'none' | 'open';

/** After this many guesses the question stays open, unless less is asked for. */
const MOST_GUESSES = 20_000;
/** Or so many bytes for guesses upon guesses. */
const MOST_BYTES = 2 ** 30;

/** Throws BudgetExhausted. */
export function solvePolygraph(problem: RegisterProblem, shape: Shape, budget: Budget, mostGuesses = MOST_GUESSES): Solution {
  return new Polygraph(problem, shape, budget, mostGuesses).solve();
}

class Polygraph {
  readonly #shape: Shape;
  readonly #budget: Budget;
  readonly #points: number;
  readonly #words: number;
  readonly #pairs: Pair[] = [];
  readonly #known: boolean;
  #mayGuess: number;
  #depth = 0;
  /** Of parallel snapshots: the first must not come before the second. */
  readonly #apart: (readonly [number, number])[] = [];
  /** Row p: the points that p comes before. */
  #reach: Int32Array;

  constructor(problem: RegisterProblem, shape: Shape, budget: Budget, mostGuesses: number) {
    this.#mayGuess = mostGuesses;
    const n = problem.transactions.length;
    this.#shape = shape;
    this.#budget = budget;
    this.#points = hasStarts(shape) ? 2 * n : n;
    this.#words = (this.#points + 31) >> 5;
    this.#reach = new Int32Array(this.#points * this.#words);
    this.#known = this.#addKnown(problem);
  }

  solve(): Solution {
    if (!this.#known) return 'none';
    const isSolved = this.#search(this.#pairs);
    return isSolved === undefined ? 'open' : isSolved ? this.#order() : 'none';
  }

  #start(t: number): number {
    return hasStarts(this.#shape) ? 2 * t : t;
  }

  #commit(t: number): number {
    return hasStarts(this.#shape) ? 2 * t + 1 : t;
  }

  #addKnown({ transactions, keys, before }: RegisterProblem): boolean {
    const edges: [number, number][] = before.map(([a, b]) => [this.#commit(a), this.#start(b)]);
    if (hasStarts(this.#shape)) for (let t = 0; t < transactions.length; t++) edges.push([2 * t, 2 * t + 1]);
    for (const { writers, reads } of keys) {
      const readers = Map.groupBy(reads, ({ from }) => from);
      const of = (writer: number): number[] => (readers.get(writer) ?? []).map(({ reader }) => reader);
      const readersOf = writers.map(of);
      for (const { reader, from } of reads) if (from >= 0 && from !== reader) edges.push([this.#commit(from), this.#start(reader)]);
      for (const reader of of(-1)) {
        for (const writer of writers) {
          if (writer === reader) continue;
          if (this.#shape === 'parallel') this.#apart.push([writer, reader]);
          else edges.push([this.#start(reader), this.#commit(writer)]);
        }
      }
      for (const [i, one] of writers.entries()) {
        for (let j = i + 1; j < writers.length; j++) this.#pairs.push({ one, other: writers[j]!, readersOfOne: readersOf[i]!, readersOfOther: readersOf[j]! });
      }
    }
    return this.#close(edges);
  }

  /** What the known edges reach, from the last point to the first: O(edges × words). False where they are cyclic. */
  #close(edges: readonly (readonly [number, number])[]): boolean {
    const after: number[][] = Array.from({ length: this.#points }, () => []);
    const waits = new Int32Array(this.#points);
    for (const [a, b] of edges) {
      after[a]!.push(b);
      waits[b]!++;
    }
    const order: number[] = [];
    for (let p = 0; p < this.#points; p++) if (waits[p] === 0) order.push(p);
    for (const p of order) for (const b of after[p]!) if (--waits[b]! === 0) order.push(b);
    if (order.length < this.#points) return false;
    const words = this.#words;
    for (const p of order.reverse()) {
      for (const b of after[p]!) {
        for (let w = 0; w < words; w++) this.#reach[p * words + w]! |= this.#reach[b * words + w]!;
        this.#reach[p * words + (b >> 5)]! |= 1 << (b & 31);
      }
    }
    return true;
  }

  #reaches(a: number, b: number): boolean {
    return (this.#reach[a * this.#words + (b >> 5)]! & (1 << (b & 31))) !== 0;
  }

  /** An edge, and all that follows from it. False where it closes a cycle. */
  #add(a: number, b: number): boolean {
    if (a === b || this.#reaches(b, a)) return false;
    if (this.#reaches(a, b)) return true;
    const words = this.#words;
    const reach = this.#reach;
    for (let p = 0; p < this.#points; p++) {
      if (p !== a && !this.#reaches(p, a)) continue;
      const row = p * words;
      for (let w = 0; w < words; w++) reach[row + w]! |= reach[b * words + w]!;
      reach[row + (b >> 5)]! |= 1 << (b & 31);
    }
    return true;
  }

  /** Whether the first writer can come before the second, its readers too. */
  #can(first: number, second: number, readersOfFirst: readonly number[]): boolean {
    const commit = this.#commit(second);
    if (this.#contradicts(this.#commit(first), this.#behind(second))) return false;
    for (const reader of readersOfFirst) if (reader !== second && this.#contradicts(this.#start(reader), commit)) return false;
    return true;
  }

  /** Puts it there. False where something is impossible. */
  #decide(first: number, second: number, readersOfFirst: readonly number[]): boolean {
    const commit = this.#commit(second);
    if (!this.#add(this.#commit(first), this.#behind(second))) return false;
    for (const reader of readersOfFirst) {
      if (reader === second) continue;
      if (this.#shape === 'parallel') {
        if (this.#reaches(second, reader)) return false;
        this.#apart.push([second, reader]);
      } else if (!this.#add(this.#start(reader), commit)) return false;
    }
    return true;
  }

  /** What comes behind the commit of another writer of the same key. */
  #behind(writer: number): number {
    return this.#shape === 'prefix' ? this.#commit(writer) : this.#start(writer);
  }

  #contradicts(a: number, b: number): boolean {
    return a === b || this.#reaches(b, a);
  }

  /** Decides what is forced; the pairs that are left, or undefined where something is impossible. */
  #propagate(pairs: readonly Pair[]): readonly Pair[] | undefined {
    let rest = pairs;
    for (;;) {
      ask(this.#budget, this.#reach.byteLength * (1 + this.#depth));
      const left: Pair[] = [];
      for (const pair of rest) {
        const { one, other, readersOfOne, readersOfOther } = pair;
        const forward = this.#can(one, other, readersOfOne);
        const backward = this.#can(other, one, readersOfOther);
        if (forward && backward) left.push(pair);
        else if (!(forward ? this.#decide(one, other, readersOfOne) : backward && this.#decide(other, one, readersOfOther))) return undefined;
      }
      if (left.length === rest.length) return this.#apart.some(([a, b]) => this.#reaches(a, b)) ? undefined : left;
      rest = left;
    }
  }

  /** Undefined after too many guesses. */
  #search(pairs: readonly Pair[]): boolean | undefined {
    const left = this.#propagate(pairs);
    if (left === undefined) return false;
    const [pair, ...others] = left;
    if (pair === undefined) return true;
    // Each guess holds on to what was known before it.
    if (++this.#depth * this.#reach.byteLength > MOST_BYTES) return undefined;
    const saved = this.#reach.slice();
    const apart = this.#apart.length;
    for (const [first, second, readers] of [[pair.one, pair.other, pair.readersOfOne] as const, [pair.other, pair.one, pair.readersOfOther] as const]) {
      if (this.#mayGuess-- <= 0) return undefined;
      const isSolved = this.#decide(first, second, readers) && this.#search(others);
      if (isSolved !== false) return isSolved;
      this.#reach = saved.slice();
      this.#apart.length = apart;
    }
    this.#depth--;
    return false;
  }

  /** The more comes behind a point, the earlier it is. */
  #order(): number[] {
    const behind = Array.from({ length: this.#points }, (_, p) => {
      let count = 0;
      for (let w = 0; w < this.#words; w++) for (let bits = this.#reach[p * this.#words + w]!; bits !== 0; bits &= bits - 1) count++;
      return count;
    });
    return behind.map((_, p) => p).sort((a, b) => behind[b]! - behind[a]!);
  }
}
