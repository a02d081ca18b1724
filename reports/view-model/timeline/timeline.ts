/** The timeline: the whole run, and the stretches around findings and faults, each in its own buckets. */
import type { History } from '../../../harness/contracts/index.ts';
import { isClient } from '../../../harness/history/columns.ts';
import type { Faults } from '../faults.ts';
import type { FindingView, TimelineRange, TimelineView } from '../report-view.ts';
import { bucketsOf, type HeatScale, heatScale } from './buckets.ts';
import { lanesOf } from './lanes.ts';

const WHOLE_BUCKETS = 160;
const PART_BUCKETS = 80;
/** Stretches that are drawn besides the whole run. */
const FINDINGS_SHOWN = 6;
const FAULTS_SHOWN = 12;
const LANES = 20;
/** A stretch around a finding is at least so long, ns. */
const LEAST_STRETCH = 60_000_000;

interface Stretch {
  readonly id: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** `threads`: how many clients worked at a time, as far as it is known. */
export function timelineView(history: History, faults: Faults, findings: readonly FindingView[], threads: number | undefined, end: number): TimelineView {
  const whole = { id: 'all', label: 'Whole run', start: startOfWork(history), end };
  const scale = heatScale(history);
  const lanes = threads ?? Math.min(64, highestProcess(history) + 1);
  const stretches = [whole, ...aroundFindings(findings, whole), ...aroundFaults(faults, whole)];
  return {
    ranges: stretches.map((stretch, i) => range(history, stretch, i === 0 ? WHOLE_BUCKETS : PART_BUCKETS, scale, Math.max(1, lanes))),
    faults: faults.grouped,
    findings: findings.map(({ id, time, drawing }, i) => ({ id, number: i + 1, time, hits: drawing?.hits ?? [] })),
    nodes: faults.nodes,
    heatRowsMs: scale.rowsMs,
    lanesLeftOut: Math.max(0, lanes - LANES),
  };
}

function range(history: History, { id, label, start, end }: Stretch, buckets: number, scale: HeatScale, threads: number): TimelineRange {
  const { lanes, operations, merged } = lanesOf(history, start, end, threads, LANES);
  return { id, label, start, end, operations, buckets: bucketsOf(history, start, end, buckets, scale), lanes, merged };
}

/** A moment before the first operation; 0 where there is none. */
function startOfWork(history: History): number {
  const { columns } = history;
  for (let i = 0; i < history.length; i++) if (isClient(columns, i)) return Math.max(0, columns.time[i]! - 500_000_000);
  return 0;
}

function highestProcess(history: History): number {
  let highest = 0;
  for (let i = 0; i < history.length; i++) if (history.columns.process[i]! > highest) highest = history.columns.process[i]!;
  return highest;
}

function aroundFindings(findings: readonly FindingView[], whole: Stretch): Stretch[] {
  return findings.slice(0, FINDINGS_SHOWN).map((finding, i) => {
    const ops = finding.drawing?.ops ?? [];
    const from = Math.min(finding.time, ...ops.map((op) => op.start));
    const to = Math.max(finding.time, ...ops.map((op) => op.end ?? op.start));
    const margin = Math.max((LEAST_STRETCH - (to - from)) / 2, (to - from) * 0.15);
    return within({ id: finding.id, label: `Finding ${i + 1}`, start: from - margin, end: to + margin }, whole);
  });
}

function aroundFaults(faults: Faults, whole: Stretch): Stretch[] {
  return faults.grouped.slice(0, FAULTS_SHOWN).map((fault) => {
    const margin = Math.max(200_000_000, (fault.end - fault.start) * 0.2);
    return within({ id: `w-${fault.id}`, label: fault.id, start: fault.start - margin, end: fault.end + margin }, whole);
  });
}

function within(stretch: Stretch, whole: Stretch): Stretch {
  const start = Math.round(Math.max(whole.start, Math.min(stretch.start, whole.end - LEAST_STRETCH)));
  return { ...stretch, start, end: Math.round(Math.min(whole.end, Math.max(stretch.end, start + LEAST_STRETCH))) };
}
