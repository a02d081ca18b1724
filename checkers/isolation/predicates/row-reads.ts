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
export function placeOfValue(transactions: RowTransactions, row: Row, value: number): Placed {
  if (value === ABSENT) return placeOfMiss(transactions, row, { kind: 'true' });
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

/** Of a read by a predicate that did not return the row. */
export function placeOfMiss(transactions: RowTransactions, row: Row, predicate: Predicate): Placed {
  const isMatch = ({ value }: Version): boolean => isMatchOf(transactions, predicate, value);
  const { versions, isOrdered, possible, initial } = row;
  const isPossiblyOther = possible.some((version) => !isMatch(version));
  if (isOrdered && !isPossiblyOther) {
    const first = versions.findIndex((version) => !isMatch(version));
    if (first < 0) return NOTHING;
    const last = versions.findLastIndex((version) => !isMatch(version));
    const following = versions[last + 1];
    return {
      after: first === 0 ? undefined : versions[first],
      before: following === undefined ? [] : [following],
      isKnown: versions.slice(first, last + 1).every((version) => !isMatch(version)),
    };
  }
  const others = versions.filter((version) => version !== initial);
  if (!isPossiblyOther && !isMatch(initial) && others.every(isMatch)) return { after: undefined, before: others, isKnown: isOrdered };
  return NOTHING;
}

/** Whether a row with this value matches. */
export function isMatchOf({ values }: RowTransactions, predicate: Predicate, value: number): boolean {
  return value !== ABSENT && matches(predicate, values[value]);
}

/** Whether every version matches, so that each read by the predicate has to return the row. */
export function mustMatch(transactions: RowTransactions, { versions, possible }: Row, predicate: Predicate): boolean {
  return [...versions, ...possible].every(({ value }) => isMatchOf(transactions, predicate, value));
}
