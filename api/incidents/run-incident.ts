/** Incidents as a person meets them: what went wrong, what mends it, and both variants under the same faults. */
import { readFileSync } from 'node:fs';
import { unknownName } from '../../harness/errors/suggest.ts';
import { INCIDENTS } from '../../incidents/registry/incidents.ts';
import type { Incident, Variant } from '../../incidents/stage/incident.ts';
import type { Expectation } from '../demo/demo.ts';
import type { RunPlan } from '../plans/plan.ts';
import { type RunOptions, type RunReport, runTest } from '../run/run-test.ts';
import { incidentPlan } from './incident-plan.ts';

export interface IncidentDescription {
  readonly id: string;
  readonly group: string;
  readonly summary: string;
  readonly wrong: string;
  readonly mend: string;
  /** Who judges, of what, and how the mended variant must not get away. */
  readonly judged: string;
}

export interface IncidentReport {
  readonly reports: readonly RunReport[];
  readonly expectations: readonly Expectation[];
}

export interface IncidentRequest {
  readonly incident: Incident;
  readonly variants: readonly Variant[];
  readonly seed: RunPlan['seed'];
  readonly host: string;
  readonly out: string;
}

/** The catalogue, a line each. */
export function incidentRows(): readonly { readonly id: string; readonly group: string; readonly summary: string }[] {
  return Object.entries(INCIDENTS).map(([id, { group, summary }]) => ({ id, group, summary }));
}

/** Throws ORDEAL_UNKNOWN_INCIDENT with the nearest name. */
export async function loadIncident(id: string): Promise<Incident> {
  const entry = Object.hasOwn(INCIDENTS, id) ? INCIDENTS[id] : undefined;
  if (entry === undefined) throw unknownName('ORDEAL_UNKNOWN_INCIDENT', 'incident', id, Object.keys(INCIDENTS));
  return entry.load();
}

export function describeIncident({ id, group, summary, wrong, mend, workload, anomaly, floor }: Incident): IncidentDescription {
  const judged = `The checker side-effects (${workload.options['guarantee']}) must convict the broken variant of ${anomaly}; the fixed one must pass with at least ${Math.round(100 * floor)} % of its requests done.`;
  return { id, group, summary, wrong, mend, judged };
}

/** Runs the variants one after the other with the same seed. Throws what `runTest` throws. */
export async function runIncident(
  { incident, variants, seed, host, out }: IncidentRequest,
  begin: (variant: Variant, plan: RunPlan) => RunOptions,
): Promise<IncidentReport> {
  const reports: RunReport[] = [];
  for (const variant of variants) {
    const plan = incidentPlan({ incident, variant, seed, host, out });
    reports.push(await runTest(plan, begin(variant, plan)));
  }
  return { reports, expectations: expectations(incident, reports) };
}

function expectations(incident: Incident, reports: readonly RunReport[]): Expectation[] {
  const each = reports.map((report): Expectation => {
    const { valid, sentence, checks } = report.results;
    if (report.plan.incident?.variant === 'fixed') return { text: `the fixed variant passes: ${sentence}`, met: valid === true };
    const named = checks.some(
      (check) => check.checker === 'side-effects' && check.valid === false && check.anomalies?.some(({ type }) => type === incident.anomaly),
    );
    return { text: `the broken variant is convicted of ${incident.anomaly}: ${sentence}`, met: valid === false && named };
  });
  const faults = reports.flatMap(({ results }) => results.faults);
  const proven = faults.filter((fault) => fault.proven && fault.healed).length;
  if (faults.length > 0) each.push({ text: `every fault bit and was healed: ${proven} of ${faults.length}`, met: proven === faults.length });
  const [one, other] = reports;
  if (one && other && one.plan.host.name === 'sim') {
    const same = faults.length === 0 || readFileSync(one.folder.journal).equals(readFileSync(other.folder.journal));
    if (faults.length > 0) each.push({ text: 'both met the same faults: their journals have the same bytes', met: same });
  }
  return each;
}
