/**
 * What a read says of a row: which version it saw, so what came before it and what came later (Adya 1999, the version set of a
 * predicate read). A row that a predicate read did not return is one of its versions that do not match.
 */
import type { RowTransactions } from './collect.ts';
import { ABSENT } from './collect.ts';
import { matches, type Predicate } from './predicate.ts';
import { originOf, type Row, type Version } from './row-versions.ts';

export interface Placed {
  /** What came before the read: it saw this, or what this had done to the row. */
  readonly after: Version | undefined;
  /** What came after it. */
  readonly before: readonly Version[];
  /** Whether what it saw is known: else there may be more to say. */
  readonly isKnown: boolean;
}

const NOTHING: Placed = { after: undefined, before: [], isKnown: false };

/** Of a read that returned this value, or found no row (ABSENT). */
export function placeOfValue(transactions: RowTransactions, row: Row, value: number, reader: number, guess?: Guess): Placed {
  if (value === ABSENT) return placeOfMiss(transactions, row, { kind: 'true' }, reader, guess);
  const from = originOf(transactions, row, value);
  if (from === 'initial') return { after: undefined, before: next(row, row.initial), isKnown: row.isOrdered };
  if (typeof from !== 'object') return NOTHING;
  const version = row.versions.find(({ t }) => t === from.t);
  return version === undefined ? NOTHING : { after: version, before: next(row, version), isKnown: row.isOrdered };
}

/** What is known to come next: the next version, of which those after it come later; where there is no order, all that certainly do. */
function next({ versions, isOrdered, initial, deleted }: Row, version: Version): readonly Version[] {
  if (isOrdered) {
    const following = versions[versions.indexOf(version) + 1];
    return following === undefined ? [] : [following];
  }
  if (version === initial) return versions.slice(1);
  return deleted === undefined || deleted === version ? [] : [deleted];
}

/** Versions in a row of which none matches: places from `first` to `last`. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** Says which of several runs a read saw. */
export type Guess = (row: Row, runs: readonly Run[], reader: number) => Run;

/**
 * Of a read by a predicate that did not return the row, by a transaction that writes the row later or not at all. With a
 * `guess` it is one of what may be, else what holds whatever it was.
 */
export function placeOfMiss(transactions: RowTransactions, row: Row, predicate: Predicate, reader: number, guess?: Guess): Placed {
  const isMatch = ({ value }: Version): boolean => isMatchOf(transactions, predicate, value);
  const { isOrdered, possible, initial } = row;
  const versions = readableBy(row, reader);
  const isPossiblyOther = possible.some((version) => !isMatch(version));
  if (isOrdered && !isPossiblyOther) {
    const runs = runsOf(versions.map((version) => !isMatch(version)));
    if (runs.length === 0) return NOTHING;
    const { first, last } = guess !== undefined && runs.length > 1 ? guess(row, runs, reader) : { first: runs[0]!.first, last: runs.at(-1)!.last };
    const following = row.versions[last + 1];
    return {
      after: first === 0 ? undefined : versions[first],
      before: following === undefined ? [] : [following],
      isKnown: runs.length === 1 || guess !== undefined,
    };
  }
  const others = versions.filter((version) => version !== initial);
  if (!isPossiblyOther && !isMatch(initial) && others.every(isMatch)) return { after: undefined, before: others, isKnown: isOrdered };
  return NOTHING;
}

function runsOf(are: readonly boolean[]): Run[] {
  const runs: Run[] = [];
  for (const [i, is] of are.entries()) {
    if (!is) continue;
    const run = runs.at(-1);
    if (run?.last === i - 1) runs[runs.length - 1] = { first: run.first, last: i };
    else runs.push({ first: i, last: i });
  }
  return runs;
}

/** Versions that a transaction may read: none from its own write on. */
function readableBy({ versions, isOrdered }: Row, reader: number): readonly Version[] {
  const own = versions.findIndex(({ t }) => t === reader);
  if (own < 0) return versions;
  return isOrdered ? versions.slice(0, own) : versions.filter(({ t }) => t !== reader);
}

/** Whether a row with this value matches. */
export function isMatchOf({ values }: RowTransactions, predicate: Predicate, value: number): boolean {
  return value !== ABSENT && matches(predicate, values[value]);
}

/** Whether every version that the reader may read matches, so that a read by the predicate has to return the row. */
export function mustMatch(transactions: RowTransactions, row: Row, predicate: Predicate, reader: number): boolean {
  return [...readableBy(row, reader), ...row.possible].every(({ value }) => isMatchOf(transactions, predicate, value));
}
