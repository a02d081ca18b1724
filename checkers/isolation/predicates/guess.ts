/**
 * Orders of versions, and versions that reads saw, which may be: where not all of it is known, one guess that leaves no cycle is
 * enough for a model to hold. Guessed by real time; who may not have taken effect has not. O(n log n).
 */
import { OK } from '../../../harness/history/columns.ts';
import { ABSENT, type RowTransactions } from './collect.ts';
import type { RowMaterial } from './dependencies.ts';
import type { Guess, Run } from './row-reads.ts';
import { type Row, shown, type Version } from './row-versions.ts';

/** The same with an order of each row; undefined where one has none. */
export function inOrder(material: RowMaterial): RowMaterial | undefined {
  const { transactions, rows } = material;
  const ordered = rows.rows.map((row, key) => guessedOrder(transactions, row, key));
  return ordered.some((row) => row === undefined) ? undefined : { ...material, rows: { ...rows, rows: ordered as Row[] } };
}

/** Twice: each read that may have seen several versions saw the first of them, or the last. */
export function* guesses(ordered: RowMaterial): Generator<RowMaterial> {
  yield { ...ordered, guess: guessOf(ordered.transactions, (runs) => runs[0]) };
  yield { ...ordered, guess: guessOf(ordered.transactions, (runs) => runs.at(-1)) };
}

/** One of those that real time allows, if it allows any. */
function guessOf({ invocation, completion, outcome }: RowTransactions, choose: (runs: readonly Run[]) => Run | undefined): Guess {
  return ({ versions }, runs, reader) => {
    const begins = ({ t }: Version): number => (t < 0 ? -1 : invocation[t]!);
    const ends = ({ t }: Version): number => (t < 0 ? -1 : outcome[t] === OK ? completion[t]! : Number.POSITIVE_INFINITY);
    const inTime = runs.filter(({ first, last }) => {
      const next = versions[last + 1];
      return begins(versions[first]!) < completion[reader]! && (next === undefined || ends(next) > invocation[reader]!);
    });
    return choose(inTime) ?? choose(runs)!;
  };
}

/** The row with an order, undefined where several inserts or deletes, or equal values, leave none. */
function guessedOrder(transactions: RowTransactions, row: Row, key: number): Row | undefined {
  const { initial, versions, inserted, deleted, isOrdered } = row;
  if (isOrdered) return row.possible.length === 0 ? row : { ...row, possible: [] };
  const took = versions.slice(1);
  const between = took.filter((version) => version !== inserted && version !== deleted);
  const values = [initial, ...took].map(({ value }) => value).filter((value) => value !== ABSENT);
  if (new Set(values).size < values.length || between.some(({ inserts, value }) => inserts || value === ABSENT)) return undefined;
  const { invocation, completion, outcome } = transactions;
  const at = ({ t }: Version): number => (outcome[t] === OK ? completion[t]! : invocation[t]!);
  const order = [
    initial,
    ...(inserted === undefined ? [] : [inserted]),
    ...afterWhatTheyRead(
      transactions,
      key,
      between.sort((a, b) => at(a) - at(b)),
    ),
  ];
  if (deleted !== undefined && deleted !== inserted) order.push(deleted);
  return { ...row, versions: order, isOrdered: true, possible: [] };
}

/** Each behind the version that it read, if that is one of these; otherwise as they are. */
function afterWhatTheyRead({ ops, outcome }: RowTransactions, key: number, versions: readonly Version[]): Version[] {
  const order: Version[] = [];
  const left = new Set(versions);
  const add = (version: Version): void => {
    if (!left.delete(version)) return;
    for (const op of outcome[version.t] === OK ? ops[version.t]! : []) {
      if (op.f === 'write' && op.key === key) break;
      const read = shown(op, key);
      const before = read === undefined ? undefined : versions.find(({ value }) => value === read);
      if (before !== undefined) add(before);
    }
    order.push(version);
  };
  for (const version of versions) add(version);
  return order;
}
