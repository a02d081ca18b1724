/**
 * Which absence an operation can have met: one made by a delete that was called before it returned and that nothing
 * certainly overwrote before it was called. Of several deletes in a row the last one counts, so a delete overwrites, too.
 */
import { DIFFERS, READ } from '../problem/operation-classes.ts';
import { NEVER } from '../problem/prepare.ts';
import type { VersionForm } from './version-form.ts';
import { FIRST_VERSION } from './versions.ts';

/** By operation that met an absence: the versions that it can have met, the likeliest first. */
export type Candidates = ReadonlyMap<number, readonly number[]>;

/** With more candidates than this, by operation of the key, nobody need try. */
const MOST = 16;

/** The candidates; undefined where there are too many. Where an operation has none, all are given: none of them will do. O(n log n + candidates). */
export function candidatesOf({ form, deletes, metAbsence, orFirst }: VersionForm): Candidates | undefined {
  const { call, ret, to, count, knownBy } = form;
  const overwrittenBy = lastOverwrite(form);
  const known = deletes.filter((op) => ret[op] !== NEVER);
  const unknown = deletes.filter((op) => ret[op] === NEVER);
  const candidates = new Map<number, readonly number[]>();
  let room = MOST * count;
  let first = 0;
  for (const op of metAbsence.toSorted((a, b) => a - b)) {
    const overwrite = overwrittenBy[op]!;
    const until = knownBy[op]! < 0 ? ret[op]! : Math.min(ret[op]!, ret[knownBy[op]!]!);
    while (first < known.length && ret[known[first]!]! < overwrite) first++;
    const met: number[] = [];
    for (let i = first; i < known.length && call[known[i]!]! < until; i++) if (ret[known[i]!]! >= overwrite) met.push(known[i]!);
    for (let i = 0; i < unknown.length && call[unknown[i]!]! < until; i++) met.push(unknown[i]!);
    room -= met.length + 1;
    if (room < 0) return undefined;
    const versions = met.sort((a, b) => b - a).map((d) => to[d]!);
    if (orFirst(op) && (overwrite < 0 || versions.length === 0)) versions.push(FIRST_VERSION);
    candidates.set(op, versions.length > 0 ? versions : [to[deletes[0]!]!]);
  }
  return candidates;
}

/** By operation: the latest call of an update that returned before the operation was called; -1. */
function lastOverwrite({ count, call, ret, kind }: VersionForm['form']): Int32Array {
  const isUpdate = (op: number): boolean => kind[op] !== READ && kind[op] !== DIFFERS && ret[op] !== NEVER;
  const updates = Array.from({ length: count }, (_, op) => op)
    .filter(isUpdate)
    .sort((a, b) => ret[a]! - ret[b]!);
  const last = new Int32Array(count);
  let next = 0;
  let latest = -1;
  for (let op = 0; op < count; op++) {
    for (; next < updates.length && ret[updates[next]!]! < call[op]!; next++) latest = Math.max(latest, call[updates[next]!]!);
    last[op] = latest;
  }
  return last;
}
