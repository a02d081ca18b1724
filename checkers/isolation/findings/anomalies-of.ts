/** Findings and cycles as anomalies, a few of each type. */
import type { Anomaly } from '../../../harness/contracts/index.ts';
import type { TransactionRows } from '../transactions/columns.ts';
import { describeCycle, type NamedCycle } from './describe-cycle.ts';
import type { EvidenceSource } from './evidence.ts';
import { type Findings, SPELLED_OUT } from './findings.ts';
import type { TransactionNames } from './names.ts';

export interface Told {
  readonly anomalies: readonly Anomaly[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Short cycles first; what needs no cycle before them. */
export function anomaliesOf(
  findings: Findings,
  cycles: readonly NamedCycle[],
  transactions: TransactionRows,
  source: EvidenceSource,
  names: TransactionNames,
): Told {
  const counts = new Map(findings.counts);
  const anomalies = findings.list.map(
    ({ type, transactions: involved, sentence, evidence }): Anomaly => ({
      type,
      ops: [...new Set(involved.map((t) => names.event(t)))],
      sentence,
      certificate: { kind: `isolation/${type}`, data: evidence },
    }),
  );
  const told = new Map<string, number>();
  for (const cycle of [...cycles].sort((a, b) => a.steps.length - b.steps.length)) {
    counts.set(cycle.type, (counts.get(cycle.type) ?? 0) + 1);
    const before = told.get(cycle.type) ?? 0;
    told.set(cycle.type, before + 1);
    if (before < SPELLED_OUT) anomalies.push(describeCycle(cycle, transactions, source, names));
  }
  return { anomalies, counts };
}
