/** From what a run left behind to everything that is said of it. Pure; O(events). */
import type { RunResults } from '../../harness/store/index.ts';
import { availabilityView } from './availability.ts';
import { environmentView } from './environment.ts';
import { excerptView } from './excerpt.ts';
import { faultViews } from './faults.ts';
import { findingViews } from './findings/findings.ts';
import { isolationSummaryView } from './isolation-summary.ts';
import { logsView } from './logs.ts';
import type { CommandView, ReportView } from './report-view.ts';
import type { ReportMaterial } from './run-facts.ts';
import { testedView } from './tested.ts';
import { timelineView } from './timeline/timeline.ts';
import { checkViews, verdictView, verdictWord } from './verdict.ts';
import { counted } from './wording.ts';

/** The whole view model. */
export function buildReportView({ results, history, facts, logs, folder }: ReportMaterial): ReportView {
  const lastEvent = history.length === 0 ? 0 : history.columns.time[history.length - 1]!;
  const end = Math.max(lastEvent, 1_000_000);
  const faults = faultViews(results, history, end);
  const findings = findingViews(results, history, faults);
  const proven = faults.single.filter((fault) => fault.proven).length;
  const word = verdictWord(results).replace('-', ' ').toUpperCase();
  const families = facts.plan?.faults?.families ?? [...new Set(results.faults.map((fault) => fault.family))];
  const variant = Object.entries(facts.plan?.system?.options ?? {}).flatMap(([name, value]) => (typeof value === 'object' ? [] : [`${name} ${String(value)}`]));
  return {
    schemaVersion: 1,
    title: `${word}: ${results.system} ${results.workload}`,
    scenario: [results.system, results.workload, ...variant, `${counted(results.nodes, 'node')} on ${results.host}`, families.join(', ') || 'no faults'],
    seed: String(results.seed),
    verdict: verdictView(results, findings, proven, faults.single.length, end),
    findings,
    isolation: isolationSummaryView(results.checks, history, faults.grouped),
    checks: checkViews(results),
    tested: testedView(results, faults.grouped),
    timeline: timelineView(history, faults, findings, facts.plan?.concurrency, end),
    availability: availabilityView(results),
    excerpt: excerptView(history, findings, faults),
    reproduce: commands(results, folder),
    environment: environmentView(results, facts),
    logs: logsView(logs, findings, facts.startedAt),
    ordeal: results.ordeal,
  };
}

function commands(results: RunResults, folder: string): CommandView[] {
  const { run, replay, check } = results.reproduce;
  const here = (command: string): string => command.replaceAll('RUN', folder);
  return [
    { label: 'Run again with the same seed', command: run },
    ...(replay === undefined ? [] : [{ label: 'Replay the recorded operations and faults, to the same bytes', command: here(replay) }]),
    { label: 'Judge the recorded history again', command: here(check) },
  ];
}
