/** From anomalies to models: which cannot hold, the weakest of those, and the strongest that nothing refutes. */
import { impliedAnomalies } from './anomalies.ts';
import { forbiddenBy, impliesModel, MODEL_NAMES, type ModelName } from './models.ts';

export interface ModelJudgement {
  readonly violated: ReadonlySet<ModelName>;
  /** The weakest models that cannot hold. */
  readonly not: readonly ModelName[];
  /** The others that cannot hold: each implies one of these. */
  readonly alsoNot: readonly ModelName[];
  /** The strongest models that nothing refutes. */
  readonly mayHold: readonly ModelName[];
}

const violations = new Map<string, ReadonlySet<ModelName>>();

/** The models that a history with this anomaly violates. */
export function violatedBy(anomaly: string): ReadonlySet<ModelName> {
  const known = violations.get(anomaly);
  if (known !== undefined) return known;
  const implied = impliedAnomalies(anomaly);
  const violated = new Set(MODEL_NAMES.filter((model) => [...forbiddenBy(model)].some((one) => implied.has(one))));
  violations.set(anomaly, violated);
  return violated;
}

/** Anomalies by name, found in a history. */
export function judgeModels(found: Iterable<string>): ModelJudgement {
  const sets = [...found].map(violatedBy);
  const violated = new Set(MODEL_NAMES.filter((model) => sets.some((set) => set.has(model))));
  const unrefuted = MODEL_NAMES.filter((model) => !violated.has(model));
  const weakest = [...violated].filter((model) => ![...violated].some((other) => other !== model && impliesModel(model, other)));
  return {
    violated,
    not: weakest.sort(),
    alsoNot: [...violated].filter((model) => !weakest.includes(model)).sort(),
    mayHold: unrefuted.filter((model) => !unrefuted.some((other) => other !== model && impliesModel(other, model))).sort(),
  };
}
