/** Findings: anomalies by kind, the first of each drawn, the others named. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import type { RunResults } from '../../../harness/store/index.ts';
import type { Faults } from '../faults.ts';
import type { DrawingView, FaultView, FindingView, OperationView } from '../report-view.ts';
import { asSentence, clipped, counted, span, valueInWords } from '../wording.ts';
import { termsOf } from './catalogue.ts';
import { tellEffects } from './effects.ts';
import { tellGeneric } from './generic.ts';
import { tellIsolation } from './isolation/tell-isolation.ts';
import { isolationTerms } from './isolation/terms.ts';
import { tellSubHistory } from './linearizability.ts';
import { tellDuplicateId, tellMembership } from './membership.ts';
import type { Story } from './story.ts';

/** Findings drawn per kind, and in all. */
const DRAWN_PER_KIND = 3;
const DRAWN = 8;
/** Operations that a picture can hold. */
const OPERATIONS_DRAWN = 10;
/** Operations in the table below it. */
const OPERATIONS_LISTED = 40;
/** Sentences of further findings of a kind. */
const OTHERS_TOLD = 20;
/** How long after a heal a finding is still put next to it, ns. */
const AFTERMATH = 2_000_000_000;
const CERTIFICATE_CHARS = 6_000;

interface Convicted {
  readonly checker: string;
  readonly anomaly: Anomaly;
}

/** All findings, most severe kind first: the order in which checkers list them. */
export function findingViews(results: RunResults, history: History, faults: Faults): FindingView[] {
  const kinds = new Map<string, Convicted[]>();
  for (const check of results.checks) {
    for (const anomaly of check.anomalies ?? []) {
      const kind = `${check.checker} ${anomaly.type}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), { checker: check.checker, anomaly: anomaly as Anomaly }]);
    }
  }
  const findings: FindingView[] = [];
  for (const convicted of kinds.values()) {
    const drawn = convicted.slice(0, Math.min(DRAWN_PER_KIND, Math.max(1, DRAWN - findings.length)));
    const others = convicted.slice(drawn.length).map(({ anomaly }) => asSentence(anomaly.sentence));
    drawn.forEach((one, i) => {
      findings.push(finding(one, history, faults, `f${findings.length + 1}`, i === drawn.length - 1 ? others.slice(0, OTHERS_TOLD) : []));
    });
  }
  return findings;
}

function finding({ checker, anomaly }: Convicted, history: History, faults: Faults, id: string, others: readonly string[]): FindingView {
  const story = storyOf(history, anomaly);
  const terms = (anomaly.certificate.kind.startsWith('isolation/') ? isolationTerms(anomaly.type) : undefined) ?? termsOf(anomaly.type);
  const title = story.isolation?.phenomenon ?? terms.title;
  const ops = drawable(story);
  const hit = story.ops.find((op) => op.index === story.hits[0]) ?? story.ops.at(-1);
  const time = hit?.start ?? history.columns.time[anomaly.ops[0]!] ?? 0;
  const kept = new Set(ops.map((op) => op.index));
  return {
    id,
    type: anomaly.type,
    title,
    meaning: story.isolation?.meaning ?? terms.meaning,
    formal: terms.formal,
    sentence: story.headline ?? asSentence(anomaly.sentence),
    checker,
    key: story.key,
    ...contextOf(time, faults.single),
    time,
    proof: story.proof.filter((_, i) => kept.has(story.ops[i]!.index)),
    thus: story.thus,
    drawing: ops.length === 0 ? null : drawing(story, ops, faults.single, title),
    linearization: story.linearization ?? null,
    isolation: story.isolation ?? null,
    ops: story.ops.slice(0, OPERATIONS_LISTED),
    certificate: { kind: anomaly.certificate.kind, json: clipped(JSON.stringify(anomaly.certificate.data, null, 1), CERTIFICATE_CHARS) },
    others,
  };
}

/** A certificate that a teller cannot read must not cost the report. */
function storyOf(history: History, anomaly: Anomaly): Story {
  try {
    const told =
      tellSubHistory(history, anomaly) ??
      tellMembership(history, anomaly) ??
      tellDuplicateId(history, anomaly) ??
      tellEffects(history, anomaly) ??
      tellIsolation(history, anomaly);
    if (told !== undefined && told.ops.length > 0) return told;
  } catch {
    // a foreign or damaged results.json: the operations themselves are still there
  }
  return tellGeneric(history, anomaly);
}

/** The operations that arrows and hits name, then the latest, as many as a picture holds. */
function drawable(story: Story): OperationView[] {
  const named = new Set([...story.hits, ...story.arrows.flatMap((arrow) => [arrow.from, arrow.to])]);
  const worth = story.essential === undefined ? story.ops : story.ops.filter((op) => story.essential?.includes(op.index));
  const first = worth.filter((op) => named.has(op.index)).slice(0, OPERATIONS_DRAWN);
  const rest = worth.filter((op) => !named.has(op.index)).slice(-(OPERATIONS_DRAWN - first.length) || worth.length);
  return [...first, ...rest.slice(0, OPERATIONS_DRAWN - first.length)].sort((a, b) => a.index - b.index);
}

function drawing(story: Story, ops: readonly OperationView[], windows: readonly FaultView[], title: string): DrawingView {
  const shown = new Set(ops.map((op) => op.index));
  const from = Math.min(...ops.map((op) => op.start));
  const to = Math.max(...ops.map((op) => op.end ?? op.start));
  const processes = [...new Set(ops.map((op) => op.process))];
  const key = story.key === null ? '' : ` on key ${valueInWords(story.key)}`;
  return {
    ops,
    hits: story.hits.filter((hit) => shown.has(hit)),
    lanes: processes.map((process) => ({ process, node: nodesOf(ops, process) })),
    arrows: story.arrows.filter((arrow) => shown.has(arrow.from) && shown.has(arrow.to)),
    legal: story.legal,
    windows: windows
      .filter((window) => window.start < to && window.end > from)
      .map((window) => ({ id: window.id, start: window.start, end: window.end, text: window.effect })),
    alt: `${title}${key}: ${counted(ops.length, 'operation')} of ${counted(processes.length, 'process', 'processes')} between ${(from / 1e9).toFixed(3)} and ${(to / 1e9).toFixed(3)} s. ${story.thus}`,
  };
}

function nodesOf(ops: readonly OperationView[], process: number): string {
  return [...new Set(ops.filter((op) => op.process === process && op.node !== null).map((op) => op.node))].join(', ');
}

/** Which fault was active, or had just been healed. */
function contextOf(time: number, windows: readonly FaultView[]): { readonly context: string | null; readonly effect: string | null } {
  const during = windows.filter((window) => window.start <= time && time <= window.end);
  if (during.length > 0) {
    return { context: `during ${during.map((window) => window.id).join(' and ')}`, effect: [...new Set(during.map((window) => window.effect))].join('; ') };
  }
  const before = windows.filter((window) => window.end < time && time - window.end <= AFTERMATH).sort((a, b) => b.end - a.end)[0];
  return before === undefined ? { context: null, effect: null } : { context: `${span(time - before.end)} after ${before.id} ended`, effect: before.effect };
}
