/** What an engine gives: anomalies with certificates, and how much they say. */
import type { Anomaly, Reason } from '../../harness/contracts/index.ts';
import type { ModelName } from './models/models.ts';

export interface Analysis {
  /** Spelled out: a few of each type, the most telling first. */
  readonly anomalies: readonly Anomaly[];
  /** How many there are of each type. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many dependencies between transactions there are: without one, nothing was tested. */
  readonly dependencies: number;
  /** What keeps everything that was not refuted from being known. */
  readonly undecided: readonly Reason[];
  /** Why models that are not decided are not. */
  readonly doubts: readonly Reason[];
  /** Whether the engine would have found a violation of this model, if there was one. */
  decides(model: ModelName): boolean;
}
