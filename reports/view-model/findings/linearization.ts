/** What a certificate of linearizability says of order: how far its operations can be put in one, the states on the way, and why it ends there. */
import { type CertifiedOperation, SUB_HISTORY, type SubHistoryCertificate } from '../../../checkers/linearizability/counterexample/finding.ts';
import type { Anomaly, Value } from '../../../harness/contracts/index.ts';
import { operationInWords } from '../operations.ts';
import type { LinearizationView, PlacedView } from '../report-view.ts';
import { clipped, valueInWords } from '../wording.ts';

/** Undefined for a certificate of another kind, and for one without a prefix. */
export function linearizationView(anomaly: Pick<Anomaly, 'certificate'>): LinearizationView | undefined {
  if (anomaly.certificate.kind !== SUB_HISTORY) return undefined;
  const certificate = anomaly.certificate.data as unknown as SubHistoryCertificate;
  const { prefix, ops } = certificate;
  const failing = ops.find(({ invoke }) => invoke === certificate.failing);
  if (prefix === undefined || failing === undefined) return undefined;
  const byInvoke = new Map(ops.map((op) => [op.invoke, op]));
  return {
    init: prefix.init === undefined ? null : valueInWords(prefix.init),
    placed: prefix.order.flatMap(({ invoke, state }): PlacedView[] => {
      const op = byInvoke.get(invoke);
      return op === undefined ? [] : [{ ...placedView(op), state: valueInWords(state) }];
    }),
    settled: prefix.settled,
    failing: placedView(failing),
    refusals: prefix.refusals.map(({ state, why }) => ({ state: valueInWords(state), why: clipped(why, 160) })),
    unplaced: ops.filter(({ invoke }) => invoke !== failing.invoke && !prefix.order.some((each) => each.invoke === invoke)).map(placedView),
    considered: certificate.considered,
    key: certificate.keyed ? valueInWords(certificate.key) : null,
  };
}

function placedView(op: CertifiedOperation): Omit<PlacedView, 'state'> {
  const { invoke, complete, process, node, f, start, end, outcome } = op;
  return {
    op: invoke,
    complete: outcome === 'unknown' ? null : complete,
    process,
    node,
    words: words(op),
    start,
    end,
    answered: f === 'read' || complete !== null,
  };
}

function words({ f, input, output, outcome }: CertifiedOperation): string {
  const readOnly = input === null && output !== null;
  const seen: Value = readOnly ? output : null;
  return operationInWords({
    f,
    input,
    output: seen,
    outcome: outcome === 'unknown' ? 'info' : 'ok',
    refused: outcome === 'refused',
    readOnly: readOnly || f === 'read',
  });
}
