/** Predicates on the value of a row (after elle.closed-predicate): every row, rows of one value, rows of one remainder. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';

export type Predicate =
  | { readonly kind: 'true' }
  | { readonly kind: '='; readonly value: string }
  | { readonly kind: 'mod'; readonly modulus: number; readonly remainder: number };

/** `"true"`, `["=", v]`, `["mod", n, r]`; undefined for anything else. */
export function predicateOf(value: Value | undefined): Predicate | undefined {
  if (value === 'true' || value === true) return { kind: 'true' };
  if (!Array.isArray(value)) return undefined;
  const [name, first, second] = value as readonly Value[];
  if (name === '=' && value.length === 2) return { kind: '=', value: canonicalJson(first!) };
  if (name !== 'mod' || !Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first === 0) return undefined;
  return { kind: 'mod', modulus: first as number, remainder: second as number };
}

/** Whether a row of this value matches. What is not there (undefined) matches nothing. */
export function matches(predicate: Predicate, value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (predicate.kind === 'true') return true;
  if (predicate.kind === '=') return canonicalJson(value) === predicate.value;
  return Number.isSafeInteger(value) && remainder(value as number, predicate.modulus) === predicate.remainder;
}

/** With the sign of the modulus. */
export function remainder(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}

/** `rows`, `rows = 3`, `rows with value mod 4 = 1`. */
export function predicateInWords(predicate: Predicate): string {
  if (predicate.kind === 'true') return 'rows';
  return predicate.kind === '=' ? `rows = ${predicate.value}` : `rows with value mod ${predicate.modulus} = ${predicate.remainder}`;
}
