/** Sorting positions by a column of integers >= 0: by address where they are dense, by insertion where they nearly are in order, else least significant digit first; stable, O(n). */

import { NEVER } from '../problem/prepare.ts';

const DIGIT = 11;
const BUCKETS = 1 << DIGIT;
/** Below this many, comparing is faster. */
const FEW = 64;
/** Integers that are different and, on average, at most so far apart are put where they belong at once. */
const DENSE = 4;
/** So many moves by one, for each, are fewer than two passes over all digits take. */
const SHIFTS = 2;

/** The positions in ascending order of `column`. A new array. */
export function byColumn(positions: Int32Array, column: Int32Array): Int32Array {
  if (positions.length < FEW) return positions.slice().sort((a, b) => column[a]! - column[b]!);
  let greatest = 0;
  let least = NEVER;
  for (let i = 0; i < positions.length; i++) {
    const integer = column[positions[i]!]!;
    if (integer > greatest) greatest = integer;
    if (integer < least) least = integer;
  }
  const dense = greatest - least < DENSE * positions.length ? byAddress(positions, column, least, greatest) : undefined;
  return dense ?? byInsertion(positions, column) ?? byDigits(positions, column, greatest);
}

/** For what is nearly in order, as returns are by call where little is in flight; undefined where it is not. */
function byInsertion(positions: Int32Array, column: Int32Array): Int32Array | undefined {
  const sorted = positions.slice();
  let shifts = SHIFTS * sorted.length;
  for (let i = 1; i < sorted.length; i++) {
    const position = sorted[i]!;
    const integer = column[position]!;
    let at = i;
    for (; at > 0 && column[sorted[at - 1]!]! > integer; at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = position;
    shifts -= i - at;
    if (shifts < 0) return undefined;
  }
  return sorted;
}

/** Undefined where two integers are the same. */
function byAddress(positions: Int32Array, column: Int32Array, least: number, greatest: number): Int32Array | undefined {
  /** Position + 1, 0 where there is none. */
  const table = new Int32Array(greatest - least + 1);
  for (let i = 0; i < positions.length; i++) {
    const at = column[positions[i]!]! - least;
    if (table[at] !== 0) return undefined;
    table[at] = positions[i]! + 1;
  }
  const sorted = new Int32Array(positions.length);
  let length = 0;
  for (let at = 0; at < table.length; at++) if (table[at] !== 0) sorted[length++] = table[at]! - 1;
  return sorted;
}

function byDigits(positions: Int32Array, column: Int32Array, greatest: number): Int32Array {
  let sorted = positions.slice();
  let other = new Int32Array(positions.length);
  const ends = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 31 && greatest >> shift > 0; shift += DIGIT) {
    ends.fill(0);
    for (const at of sorted) ends[(column[at]! >> shift) & (BUCKETS - 1)]!++;
    for (let digit = 1; digit < BUCKETS; digit++) ends[digit]! += ends[digit - 1]!;
    for (let i = sorted.length - 1; i >= 0; i--) {
      const at = sorted[i]!;
      other[--ends[(column[at]! >> shift) & (BUCKETS - 1)]!] = at;
    }
    [sorted, other] = [other, sorted];
  }
  return sorted;
}

/** The positions of known operations by return. */
export function knownByReturn(ret: Int32Array): Int32Array {
  const known = new Int32Array(ret.length);
  let count = 0;
  for (let op = 0; op < ret.length; op++) if (ret[op] !== NEVER) known[count++] = op;
  return byColumn(known.subarray(0, count), ret);
}
