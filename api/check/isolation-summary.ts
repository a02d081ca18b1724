/** What a check of transactions says on one level with the file: the shape that users of other checkers of isolation expect. */
import type { Result, Value } from '../../harness/contracts/index.ts';

export interface IsolationSummary {
  /** By class: `{ "G-single-item": [{ ops, sentence, certificate }] }`. */
  readonly anomalies: { readonly [type: string]: readonly { readonly ops: readonly number[]; readonly sentence: string; readonly certificate: Value }[] };
  /** The weakest models that cannot hold, the others that cannot, and the strongest that nothing refutes. */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  readonly mayHold: readonly string[];
}

/** Empty where no check was about transactions. */
export function isolationSummary(results: readonly Result[]): Partial<IsolationSummary> {
  const result = results.find(({ checker }) => checker === 'isolation');
  const stats = result?.stats as Partial<IsolationSummary> | null | undefined;
  if (result === undefined || stats?.not === undefined) return {};
  const anomalies: Record<string, { ops: readonly number[]; sentence: string; certificate: Value }[]> = {};
  for (const { type, ops, sentence, certificate } of result.valid === false ? result.anomalies : []) {
    anomalies[type] ??= [];
    anomalies[type].push({ ops, sentence, certificate });
  }
  return { anomalies, not: stats.not, alsoNot: stats.alsoNot ?? [], mayHold: stats.mayHold ?? [] };
}
