/** The faults of a run as windows: what was done, whether it was proven, what clients achieved inside, how soon after. */
import type { History } from '../../harness/contracts/index.ts';
import type { FaultRecord, RunResults } from '../../harness/store/index.ts';
import { type Effect, faultEffects } from './fault-effects.ts';
import { amount, type Fields, fields, items, numberOr } from './reading.ts';
import type { FaultView, NodeSpan } from './report-view.ts';
import { clipped } from './wording.ts';

export interface Faults {
  /** One per injection. */
  readonly single: readonly FaultView[];
  /** Crash loops as one: what tables and the timeline show. */
  readonly grouped: readonly FaultView[];
  readonly nodes: readonly { readonly node: string; readonly spans: readonly NodeSpan[] }[];
}

/** How much of a measurement a table shows; the journal has all of it. */
const EVIDENCE_CHARS = 120;

/** All windows, in order of injection. */
export function faultViews(results: RunResults, history: History, end: number): Faults {
  const effects = faultEffects(history);
  const coverage = rowsById(results, 'coverage');
  const availability = rowsById(results, 'availability');
  const single = results.faults.map((record) => view(record, effects.get(record.id), coverage.get(record.id), availability.get(record.id), end));
  return { single, grouped: grouped(single), nodes: nodeSpans(history.nodes, single, effects) };
}

function rowsById(results: RunResults, checker: string): Map<unknown, Fields> {
  const stats = fields(results.checks.find((check) => check.checker === checker)?.stats);
  return new Map(items(stats['windows']).map((row) => [fields(row)['id'], fields(row)]));
}

function view(record: FaultRecord, effect: Effect | undefined, coverage: Fields | undefined, availability: Fields | undefined, end: number): FaultView {
  const applied = record.evidence.find((text) => text.startsWith('applied: '))?.slice('applied: '.length);
  const doubt = typeof coverage?.['doubt'] === 'string' ? coverage['doubt'] : '';
  const proven = coverage === undefined ? record.proven : coverage['proven'] === true;
  const latency = fields(availability?.['latencyMs']);
  const majority = coverage?.['leavesMajority'];
  return {
    id: record.id,
    fault: record.fault,
    family: record.family,
    nodes: [...record.nodes].sort(),
    start: numberOr(coverage?.['start']) ?? record.appliedNs ?? record.plannedNs,
    end: numberOr(coverage?.['end']) ?? record.undoneNs ?? end,
    times: 1,
    proven,
    healed: record.healed,
    effect: effect?.words ?? `${record.fault} on ${record.nodes.join(', ')}`,
    evidence: clipped(proven ? (applied ?? '') : doubt || record.evidence[0] || 'nothing was measured', EVIDENCE_CHARS),
    writesAcked: coverage === undefined ? null : amount(coverage['writesAcked']),
    leavesMajority: typeof majority === 'boolean' ? majority : 'unknown',
    counts: coverage === undefined ? null : { ok: amount(coverage['ok']), fail: amount(coverage['fail']), info: amount(coverage['info']) },
    okShare: numberOr(availability?.['okShare']),
    p50Ms: numberOr(latency['p50']),
    p99Ms: numberOr(latency['p99']),
    recoveryMs: numberOr(availability?.['recoveryMs']),
    recoveryMsByNode: Object.fromEntries(Object.entries(fields(availability?.['recoveryMsByNode'])).map(([node, ms]) => [node, numberOr(ms)])),
  };
}

/** `kill-1.1`, `kill-1.2`, … become `kill-1`. */
function grouped(single: readonly FaultView[]): FaultView[] {
  const groups = new Map<string, FaultView[]>();
  for (const fault of single) {
    const id = fault.id.replace(/\.\d+$/, '');
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [fault]);
    else group.push(fault);
  }
  return [...groups].map(([id, members]) => (members.length === 1 ? members[0]! : merged(id, members)));
}

function merged(id: string, members: readonly FaultView[]): FaultView {
  const first = members[0]!;
  const sum = (of: (fault: FaultView) => number | null | undefined): number => members.reduce((total, fault) => total + (of(fault) ?? 0), 0);
  const largest = (of: (fault: FaultView) => number | null): number | null => members.reduce<number | null>((most, fault) => higher(most, of(fault)), null);
  const counts = first.counts === null ? null : { ok: sum((f) => f.counts?.ok), fail: sum((f) => f.counts?.fail), info: sum((f) => f.counts?.info) };
  const effects = [...new Set(members.map((fault) => fault.effect))];
  const unproven = members.find((fault) => !fault.proven);
  const operations = counts === null ? 0 : counts.ok + counts.fail + counts.info;
  const nodes = [...new Set(members.flatMap((fault) => Object.keys(fault.recoveryMsByNode)))];
  return {
    ...first,
    id,
    nodes: [...new Set(members.flatMap((fault) => fault.nodes))].sort(),
    end: Math.max(...members.map((fault) => fault.end)),
    times: members.length,
    proven: unproven === undefined,
    healed: members.every((fault) => fault.healed),
    effect: effects.length === 1 ? effects[0]! : `${effects[0]!}, then others`,
    evidence: unproven === undefined ? first.evidence : `${unproven.id}: ${unproven.evidence}`,
    writesAcked: first.writesAcked === null ? null : sum((fault) => fault.writesAcked),
    leavesMajority: members.every((fault) => fault.leavesMajority === true) ? true : members.some((f) => f.leavesMajority === 'unknown') ? 'unknown' : false,
    counts,
    okShare: counts === null || operations === 0 ? null : counts.ok / operations,
    p50Ms: null,
    p99Ms: largest((fault) => fault.p99Ms),
    recoveryMs: largest((fault) => fault.recoveryMs),
    recoveryMsByNode: Object.fromEntries(nodes.map((node) => [node, largest((fault) => fault.recoveryMsByNode[node] ?? null)])),
  };
}

const higher = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

function nodeSpans(nodes: readonly string[], single: readonly FaultView[], effects: ReadonlyMap<string, Effect>): Faults['nodes'] {
  const ordered = [...nodes].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return ordered.map((node) => ({
    node,
    spans: single.flatMap((fault): NodeSpan[] => {
      const state = effects.get(fault.id)?.states.get(node);
      return state === undefined ? [] : [{ start: fault.start, end: fault.end, state, proven: fault.proven }];
    }),
  }));
}
