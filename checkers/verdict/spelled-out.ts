/** Which of many findings are told, and how many there are of each type. */
import type { Anomaly, Value } from '../../harness/contracts/index.ts';

/** At most so many anomalies of a type are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

export interface SpelledOut {
  readonly anomalies: readonly Anomaly[];
  /** By type, those that there are. */
  readonly counts: { readonly [type: string]: Value };
}

/** In the order of `types`; those that are `allowed` are counted only. */
export function spellOut<F extends { readonly type: string }>(
  findings: readonly F[],
  types: readonly F['type'][],
  tell: (finding: F) => Anomaly,
  allowed: readonly string[] = [],
): SpelledOut {
  const byType = Map.groupBy(findings, ({ type }) => type);
  const told = types.filter((type) => !allowed.includes(type)).flatMap((type) => (byType.get(type) ?? []).slice(0, SPELLED_OUT));
  return {
    anomalies: told.map(tell),
    counts: Object.fromEntries(types.flatMap((type) => (byType.has(type) ? [[type, byType.get(type)!.length]] : []))),
  };
}
