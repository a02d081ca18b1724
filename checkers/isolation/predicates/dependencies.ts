/**
 * Dependencies between transactions over rows (Adya 1999): of single rows (ww, wr, rw), and of predicates on what they did not
 * return (wrp, rwp). O(rows that reads return or that some version matches).
 */
import { OK } from '../../../harness/history/columns.ts';
import { RW, RWP, WR, WW } from '../graph/dependency-graph.ts';
import type { Candidates } from './candidates.ts';
import type { RowTransactions } from './collect.ts';
import { type Guess, type Placed, placeOfMiss, placeOfValue } from './row-reads.ts';
import { INITIALLY, type Rows, type Version } from './row-versions.ts';

export interface RowDependency {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  /** Whether it is of a row that a predicate read did not return. */
  readonly ofPredicate: boolean;
  readonly key: number;
  readonly fromOp: number;
  readonly toOp: number;
}

export interface RowMaterial {
  readonly transactions: RowTransactions;
  readonly rows: Rows;
  readonly candidates: Candidates;
  /** Where one order is enough: which of several versions reads saw. */
  readonly guess?: Guess;
}

/** Of inserts before other writes, and of those before deletes; in a guess, of each version before the next. */
export function* writeDependencies({ rows, guess }: RowMaterial, key: number): Generator<RowDependency> {
  const { versions, isOrdered, inserted, deleted } = rows.rows[key]!;
  const edge = (from: Version, to: Version): RowDependency => ({ from: from.t, to: to.t, kind: WW, ofPredicate: false, key, fromOp: from.op, toOp: to.op });
  if (guess !== undefined) {
    for (let i = 2; i < versions.length; i++) yield edge(versions[i - 1]!, versions[i]!);
    return;
  }
  const between = versions.slice(1).filter((version) => version !== inserted && version !== deleted);
  // In a chain each of these has read the one before, which says as much.
  const [first, last] = isOrdered ? [between.slice(0, 1), between.slice(-1)] : [between, between];
  if (inserted !== undefined) for (const version of first) yield edge(inserted, version);
  if (deleted !== undefined) for (const version of last) yield edge(version, deleted);
  if (inserted !== undefined && deleted !== undefined && between.length === 0 && inserted !== deleted) yield edge(inserted, deleted);
}

/** Of what transaction t read, if it was acknowledged. Calls `unknown` for each read of a row that does not say all. */
export function* readDependencies(material: RowMaterial, t: number, unknown?: () => void): Generator<RowDependency> {
  const { transactions, rows, candidates, guess } = material;
  if (transactions.outcome[t] !== OK) return;
  const own = new Set<number>();
  for (const [place, op] of transactions.ops[t]!.entries()) {
    if (op.f === 'write') {
      own.add(op.key);
      continue;
    }
    const found = op.f === 'read' ? [[op.key, op.value!] as const] : op.found!;
    for (const [key, value] of found) {
      if (own.has(key)) continue;
      const placed = placeOfValue(transactions, rows.rows[key]!, value, t, guess);
      if (!placed.isKnown) unknown?.();
      yield* edges(t, place, key, placed, false);
    }
    if (op.f === 'read') continue;
    const predicate = transactions.predicates[op.predicate]!;
    for (const key of candidates.of(predicate)) {
      if (own.has(key) || op.found!.has(key)) continue;
      const placed = placeOfMiss(transactions, rows.rows[key]!, predicate, t, guess);
      if (!placed.isKnown) unknown?.();
      yield* edges(t, place, key, placed, true);
    }
  }
}

function* edges(t: number, place: number, key: number, { after, before }: Placed, ofPredicate: boolean): Generator<RowDependency> {
  if (after !== undefined && after.t !== INITIALLY && after.t !== t) yield { from: after.t, to: t, kind: WR, ofPredicate, key, fromOp: after.op, toOp: place };
  for (const version of before) {
    if (version.t !== t) yield { from: t, to: version.t, kind: ofPredicate ? RWP : RW, ofPredicate, key, fromOp: place, toOp: version.op };
  }
}
