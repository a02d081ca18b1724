/** Which of many findings are told, and how many there are of each type. */
import type { Anomaly, Value } from '../../harness/contracts/index.ts';
import { spellOut } from './conclude.ts';

export interface SpelledOut {
  readonly anomalies: readonly Anomaly[];
  /** By type, those that there are. */
  readonly counts: { readonly [type: string]: Value };
}

/** In the order of `types`; those that are `allowed` are counted only. */
export function spellOutByType<F extends { readonly type: string }>(
  findings: readonly F[],
  types: readonly F['type'][],
  tell: (finding: F) => Anomaly,
  allowed: readonly string[] = [],
): SpelledOut {
  const byType = Map.groupBy(findings, ({ type }) => type);
  return {
    anomalies: types.filter((type) => !allowed.includes(type)).flatMap((type) => spellOut(byType.get(type) ?? [], tell)),
    counts: Object.fromEntries(types.flatMap((type) => (byType.has(type) ? [[type, byType.get(type)!.length]] : []))),
  };
}
