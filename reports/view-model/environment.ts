/** Where and with what it ran: versions, machine, capabilities, phases, the configuration as resolved. */
import type { RunResults } from '../../harness/store/index.ts';
import { fields } from './reading.ts';
import type { EnvironmentView } from './report-view.ts';
import type { RunFacts } from './run-facts.ts';
import { clipped, count, counted, span } from './wording.ts';

/** From `run.json` and the results. */
export function environmentView(results: RunResults, facts: RunFacts): EnvironmentView {
  const { plan, machine, provisioned } = facts;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['System', `${results.system}${optionsInWords(plan?.system?.options)}`],
    ['Provisioned', provisionedInWords(provisioned)],
    ['Host', `${results.host}, ${counted(results.nodes, 'node')}`],
    ['Workload', `${results.workload}${optionsInWords(plan?.workload?.options)}`],
    ['Clients', plan?.concurrency === undefined ? undefined : `${plan.concurrency} at a time, ${plan.clients ?? 'pinned'}`],
    ['Rate', plan?.ratePerSecond === undefined ? undefined : `${count(plan.ratePerSecond)} operations a second offered`],
    ['Made', results.pace === undefined ? undefined : `${count(results.pace.invokedPerSecond)} operations a second`],
    [
      'Harness lag',
      results.pace === undefined
        ? undefined
        : `${span(results.pace.latenessP50Ns)} at the median, ${span(results.pace.latenessP99Ns)} at the 99th percentile, ${span(results.pace.latenessMaxNs)} at most`,
    ],
    ['Time limit', plan?.timeLimitMs === undefined ? undefined : `${plan.timeLimitMs / 1000} s`],
    ['Faults', faultsInWords(plan?.faults)],
    ['Late answers', results.counts.late === 0 ? undefined : `${count(results.counts.late)}, counted and never recorded`],
    ['Failed opens', results.counts.openFailures === 0 ? undefined : count(results.counts.openFailures)],
    ['Seed', String(results.seed)],
    ['Started', facts.startedAt],
    ['Machine', machine && `${machine.platform} ${machine.kernel}, ${machine.arch}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['Node.js', machine?.node],
    ['ordeal', `${results.ordeal}, report schema 1, results schema ${results.schemaVersion}`],
  ];
  return {
    facts: rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [{ name, value }])),
    capabilities: Object.entries(facts.capabilities ?? {}).map(([name, { ok, found }]) => ({ name, ok, found: clipped(found, 200) })),
    phases: results.phases.map(({ name, startNs, endNs }) => ({ name, start: startNs, end: endNs })),
    configuration: JSON.stringify(facts.resolved ?? {}, null, 2),
  };
}

function faultsInWords(faults: NonNullable<RunFacts['plan']>['faults']): string | undefined {
  if (faults === undefined) return undefined;
  const acts = faults.scenario?.length ?? 0;
  const named = [...(faults.families ?? []), ...(faults.chosen ?? []).map(({ name }) => name)];
  return [...named, ...(acts > 0 ? [`a scenario of ${acts} acts`] : [])].join(', ') || 'none';
}

function optionsInWords(options: Readonly<Record<string, unknown>> | undefined): string {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : `, ${given.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')}`;
}

function provisionedInWords(provisioned: unknown): string | undefined {
  if (provisioned === undefined || provisioned === null) return undefined;
  const parts = Object.entries(fields(provisioned)).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return parts.length === 0 ? JSON.stringify(provisioned) : parts.join(', ');
}
