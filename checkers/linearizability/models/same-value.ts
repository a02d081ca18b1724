/** Equality of JSON values, for models. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';

/** Whether two values are equal as JSON: the order of an object's keys says nothing. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonicalJson(a) === canonicalJson(b);
}

/** Whether a value is a pair [from, to]: the input of a compare-and-set. */
export function isPair(value: Value | undefined): value is readonly [Value, Value] {
  return Array.isArray(value) && value.length === 2;
}
