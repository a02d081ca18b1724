/** Quantiles of a list of numbers, for statistics. */
import type { Value } from '../../harness/contracts/index.ts';

const QUANTILES = { min: 0, p50: 0.5, p95: 0.95, p99: 0.99, max: 1 } as const;

/** The exact quantiles (nearest rank), rounded to µs where the numbers are ms; null for an empty list. */
export function quantiles(numbers: readonly number[]): Value {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  const at = (share: number): number => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! * 1000) / 1000;
  return Object.fromEntries(Object.entries(QUANTILES).map(([name, share]) => [name, at(share)]));
}
