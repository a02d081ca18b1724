/**
 * Re-checks that a history is not sequentially consistent: that the certificate's operations are all on its keys, but for some
 * without which the others would stand as before, and that no order of them has each process do its operations in turn.
 */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { knownModel } from '../models/known-models.ts';
import { hasSequentialOrder, type ProcessOperation } from './sequential.ts';
import { mayBeLeftOut, operationsOnKey, type Recorded, type Scope } from './verify-sub-history.ts';

/** The kind of certificate. */
export const NOT_SEQUENTIAL = 'linearizability/not-sequential';

export interface NotSequentialCertificate {
  readonly model: string;
  readonly init: Value;
  /** How the `fail` of a conditional operation without an error was read. */
  readonly failedConditions: 'no-op' | 'observation';
  /** null in the place of a key for operations without one. */
  readonly keys: readonly (string | number | null)[];
  /** Invocations of the operations that no order explains. */
  readonly ops: readonly number[];
}

/** O(events), and exponential in the operations kept. */
export const verifySequential: CertificateVerifier = (history: History, anomaly: Anomaly): Verification => {
  const claim = anomaly.certificate.data as unknown as NotSequentialCertificate;
  const model = knownModel(claim.model, claim.init);
  const found = new Map<number, { readonly was: Recorded; readonly key: number }>();
  for (const [key, name] of claim.keys.entries()) {
    const scope: Scope = { ...claim, key: name, keyed: name !== null, from: null, until: Number.POSITIVE_INFINITY };
    const recorded = operationsOnKey(history, model, scope);
    const kept = recorded.filter(({ invoke }) => claim.ops.includes(invoke));
    for (const was of recorded) {
      if (kept.includes(was)) found.set(was.invoke, { was, key });
      else if (!mayBeLeftOut(was, model, scope, kept)) return refuted(`operation ${was.invoke} was left out, and may matter`);
    }
  }
  const operations: ProcessOperation[] = [];
  for (const invoke of claim.ops.toSorted((a, b) => a - b)) {
    const { was, key } = found.get(invoke) ?? {};
    if (was === undefined || key === undefined || was.outcome === 'failed') return refuted(`event ${invoke} is not the invocation of such an operation`);
    operations.push({ operation: was.operation, process: history.columns.process[invoke]!, key, isLoose: was.outcome === 'unknown' });
  }
  if (new Set(claim.ops).size < claim.ops.length || new Set(claim.keys).size < claim.keys.length) return refuted('it names something twice');
  const answer = hasSequentialOrder(model, operations);
  if (answer === false) return HOLDS;
  return refuted(answer === 'too-large' ? 'there are too many operations to try every order' : 'there is an order that explains it');
};
