/** An incident's variant as a plan: the same seed gives both variants the same operations and the same faults. */
import { createRng } from '../../harness/random/rng.ts';
import type { Incident, Variant } from '../../incidents/stage/incident.ts';
import { nodesOf } from '../../incidents/stage/system-of.ts';
import type { RunPlan } from '../plans/plan.ts';

export interface IncidentPlanRequest {
  readonly incident: Incident;
  readonly variant: Variant;
  readonly seed: RunPlan['seed'];
  readonly host?: string;
  readonly out: string;
}

export function incidentPlan({ incident, variant, seed, host = 'sim', out }: IncidentPlanRequest): RunPlan {
  // told to both variants: no check knows which of them it looks at
  const scenario = incident.faults(createRng(seed).fork('incident'));
  return {
    name: `${incident.id}-${variant}`,
    system: { name: incident.id, options: {} },
    incident: { id: incident.id, variant },
    host: { name: host, options: host === 'sim' ? { ...incident.sim } : {} },
    workload: { name: incident.workload.name, options: { ...incident.workload.options, minOkShare: incident.floor } },
    faults: { families: [], chosen: [], scenario: [...scenario] as RunPlan['faults']['scenario'], options: {} },
    nodes: nodesOf(incident),
    concurrency: 20,
    clients: 'pinned',
    ratePerSecond: incident.ratePerSecond,
    timeLimitMs: incident.timeLimitMs,
    seed,
    out,
  };
}
