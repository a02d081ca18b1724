/**
 * An order of starts and commits, or of whole transactions, in which each read sees what it returned: carried out in the order of
 * time, where a start waits until the rows that it did not return do not match. What is known is kept as edges; only reads that may
 * have seen several versions have to wait. Finding none says nothing. O(E log V).
 */
import { OK } from '../../../harness/history/columns.ts';
import { Heap } from '../../linearizability/collections/trees.ts';
import { type Graph, PROCESS, REALTIME, RW, RWP, VIA } from '../graph/dependency-graph.ts';
import type { RowMaterial } from './dependencies.ts';
import type { Run } from './row-reads.ts';
import type { Row } from './row-versions.ts';

/** A read that may have seen one of several runs of versions. */
export interface OpenRead {
  readonly row: Row;
  readonly runs: readonly Run[];
}

/** Snapshots: a transaction is its start and its commit. Serial: it is one point. */
export interface Schedule {
  readonly shape: 'serial' | 'snapshot';
  readonly order: 'none' | 'realtime';
}

/** Whether one was found. All rows have an order; `open` has the reads of each transaction that the edges of the graph do not decide. */
export function hasSchedule(graph: Graph, material: RowMaterial, open: ReadonlyMap<number, readonly OpenRead[]>, schedule: Schedule): boolean {
  return new Scheduler(graph, material, open, schedule).run();
}

class Scheduler {
  readonly #graph: Graph;
  readonly #open: ReadonlyMap<number, readonly OpenRead[]>;
  readonly #schedule: Schedule;
  /** How many points each waits for. */
  readonly #waits: Int32Array;
  /** Points that wait for nothing known, the earliest in time on top. */
  readonly #queue: Heap;
  /** Which version of a row is there; and which versions of rows a transaction leaves. */
  readonly #now = new Map<Row, number>();
  readonly #leaves = new Map<number, { readonly row: Row; readonly place: number }[]>();
  readonly #waiting = new Map<Row, number[]>();

  constructor(graph: Graph, material: RowMaterial, open: ReadonlyMap<number, readonly OpenRead[]>, schedule: Schedule) {
    this.#graph = graph;
    this.#open = open;
    this.#schedule = schedule;
    const points = graph.vertexCount + this.#commits;
    this.#waits = new Int32Array(points);
    const { invocation, completion, outcome } = material.transactions;
    const times = new Float64Array(points);
    for (let t = 0; t < graph.transactionCount; t++) {
      times[t] = invocation[t]!;
      // What is one point is taken for its commit.
      if (outcome[t] === OK || this.#commits > 0) times[this.#commitOf(t)] = outcome[t] === OK ? completion[t]! : invocation[t]!;
    }
    this.#queue = new Heap(times);
    for (const row of material.rows.rows) {
      for (const [place, { t }] of row.versions.entries()) if (t >= 0) this.#leaves.set(t, [...(this.#leaves.get(t) ?? []), { row, place }]);
    }
  }

  /** Commits are points behind those of vertices, if they are points of their own. */
  get #commits(): number {
    return this.#schedule.shape === 'snapshot' ? this.#graph.transactionCount : 0;
  }

  #commitOf(vertex: number): number {
    return this.#commits > 0 && vertex < this.#graph.transactionCount ? this.#graph.vertexCount + vertex : vertex;
  }

  run(): boolean {
    const points = this.#waits.length;
    for (let point = 0; point < points; point++) this.#after(point, (next) => this.#waits[next]!++);
    for (let point = 0; point < points; point++) if (this.#waits[point] === 0) this.#queue.push(point);
    let done = 0;
    for (let point = this.#queue.top(); point !== undefined; point = this.#queue.top()) {
      this.#queue.pop();
      const blocked = point < this.#graph.transactionCount ? this.#blocked(point) : undefined;
      if (blocked !== undefined) {
        this.#waiting.set(blocked, [...(this.#waiting.get(blocked) ?? []), point]);
        continue;
      }
      done++;
      if (this.#isCommit(point)) this.#commit(point < this.#graph.vertexCount ? point : point - this.#graph.vertexCount);
      this.#after(point, (next) => {
        if (--this.#waits[next]! === 0) this.#queue.push(next);
      });
    }
    return done === points;
  }

  #isCommit(point: number): boolean {
    return this.#commits > 0 ? point >= this.#graph.vertexCount : point < this.#graph.transactionCount;
  }

  /** What comes after a point: `start` → its own commit; dependencies from commits, anti-dependencies from starts. */
  #after(point: number, visit: (next: number) => void): void {
    const { start, target, kind, transactionCount, vertexCount } = this.#graph;
    const isStart = this.#commits > 0 && point < transactionCount;
    const vertex = point < vertexCount ? point : point - vertexCount;
    if (isStart) visit(this.#commitOf(point));
    for (let e = start[vertex]!; e < start[vertex + 1]!; e++) {
      const isAnti = (kind[e]! & (RW | RWP)) !== 0;
      if (this.#commits > 0 && vertex < transactionCount && isAnti !== isStart) continue;
      if (this.#schedule.order === 'none' && (kind[e]! & (PROCESS | REALTIME | VIA)) !== 0) continue;
      visit(isAnti ? this.#commitOf(target[e]!) : target[e]!);
    }
  }

  /** A row that is not as one of the reads of the transaction has it. */
  #blocked(t: number): Row | undefined {
    for (const { row, runs } of this.#open.get(t) ?? []) {
      const now = this.#now.get(row) ?? 0;
      if (!runs.some(({ first, last }) => first <= now && now <= last)) return row;
    }
    return undefined;
  }

  #commit(t: number): void {
    for (const { row, place } of this.#leaves.get(t) ?? []) {
      this.#now.set(row, place);
      for (const point of this.#waiting.get(row) ?? []) this.#queue.push(point);
      this.#waiting.delete(row);
    }
  }
}
