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
  const isPossiblyOther = row.possible.length > 0 && row.possible.some((version) => !isMatch(version));
  if (isPossiblyOther) return NOTHING;
  if (row.isOrdered) return placeInOrder(row, isMatch, reader, guess);
  const others = row.versions.filter((version) => version !== row.initial && version.t !== reader);
  return !isMatch(row.initial) && others.every(isMatch) ? { after: undefined, before: others, isKnown: false } : NOTHING;
}

function placeInOrder(row: Row, isMatch: (version: Version) => boolean, reader: number, guess: Guess | undefined): Placed {
  const { versions } = row;
  const end = readableBefore(row, reader);
  let first = -1;
  let last = -1;
  let others = 0;
  for (let i = 0; i < end; i++) {
    if (isMatch(versions[i]!)) continue;
    if (first < 0) first = i;
    last = i;
    others++;
  }
  if (first < 0) return NOTHING;
  const isKnown = others === last - first + 1;
  const run = isKnown || guess === undefined ? { first, last } : guess(row, runsOf(versions.slice(0, end).map((version) => !isMatch(version))), reader);
  const following = versions[run.last + 1];
  return {
    after: run.first === 0 ? undefined : versions[run.first],
    before: following === undefined ? [] : [following],
    isKnown: isKnown || guess !== undefined,
  };
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

/** A transaction reads none of the ordered versions from its own on: the place of that. */
function readableBefore({ versions }: Row, reader: number): number {
  for (let i = 1; i < versions.length; i++) if (versions[i]!.t === reader) return i;
  return versions.length;
}

/** Whether a row with this value matches. */
export function isMatchOf({ values }: RowTransactions, predicate: Predicate, value: number): boolean {
  return value !== ABSENT && matches(predicate, values[value]);
}

/** Whether every version that the reader may read matches, so that a read by the predicate has to return the row. */
export function mustMatch(transactions: RowTransactions, row: Row, predicate: Predicate, reader: number): boolean {
  // Mostly it was not there at first.
  if (!isMatchOf(transactions, predicate, row.initial.value)) return false;
  const readable = row.isOrdered ? row.versions.slice(0, readableBefore(row, reader)) : row.versions.filter(({ t }) => t !== reader);
  return [...readable, ...row.possible].every(({ value }) => isMatchOf(transactions, predicate, value));
}
