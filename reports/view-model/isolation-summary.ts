/** What a run says of isolation levels, and its anomalies by class, key and fault window. */
import type { History } from '../../harness/contracts/index.ts';
import { keysOf } from './findings/isolation/tell-isolation.ts';
import { isolationTerms } from './findings/isolation/terms.ts';
import type { AnomalyClusterView, IsolationSummaryView } from './isolation-view.ts';
import { fields, numberOr, strings } from './reading.ts';
import type { FaultView } from './report-view.ts';
import { asSentence } from './wording.ts';

/** What is read of a check's result, as checkers give it and as it comes back from results.json. */
interface JudgedCheck {
  readonly checker: string;
  readonly stats?: unknown;
  readonly anomalies?: readonly AnomalyOfCheck[] | undefined;
  readonly reasons?: readonly PlainReason[] | undefined;
  readonly undecided?: readonly PlainReason[] | undefined;
}

interface AnomalyOfCheck {
  readonly type: string;
  readonly ops: readonly number[];
  readonly certificate: { readonly kind: string; readonly data?: unknown };
}

interface PlainReason {
  readonly code: string;
  readonly message: string;
}

/** Null where no check was about transactions. `windows`: the faults, where they are known. */
export function isolationSummaryView(checks: readonly JudgedCheck[], history: History, windows: readonly FaultView[]): IsolationSummaryView | null {
  const check = checks.find(({ checker }) => checker === 'isolation');
  const stats = fields(check?.stats);
  if (check === undefined || stats['mayHold'] === undefined) return null;
  const reasons = [...(check.undecided ?? []), ...(check.reasons ?? [])];
  const open = new Map(reasons.map(({ code, message }) => [message, { exhausted: code.startsWith('budget-'), message: asSentence(message) }]));
  return {
    asked: strings(stats['models']),
    refuted: strings(stats['not']),
    mayHold: strings(stats['mayHold']),
    clusters: clustersOf(check.anomalies ?? [], fields(stats['found']), history, windows),
    open: [...open.values()],
  };
}

/** By class, in the order in which the checker lists them. */
function clustersOf(
  anomalies: readonly AnomalyOfCheck[],
  found: Readonly<Record<string, unknown>>,
  history: History,
  windows: readonly FaultView[],
): AnomalyClusterView[] {
  const classes = Map.groupBy(anomalies, ({ type }) => type);
  return [...classes].map(([type, members]) => {
    const around = members.map((anomaly) => windowsAround(anomaly, history, windows));
    return {
      type,
      title: isolationTerms(type)?.title ?? type,
      count: Math.max(numberOr(found[type]) ?? 0, members.length),
      told: members.length,
      keys: tally(members.flatMap(keysOf)).map(([key, count]) => ({ key, count })),
      windows: tally(around.flat()).map(([id, count]) => ({ id, count })),
      outside: around.filter(({ length }) => length === 0).length,
    };
  });
}

/** Fault windows in which one of its transactions was under way. */
function windowsAround({ ops }: AnomalyOfCheck, history: History, windows: readonly FaultView[]): string[] {
  const { time, pair } = history.columns;
  const spans = ops.map((event) => {
    const other = pair[event]! < 0 ? event : pair[event]!;
    return { start: Math.min(time[event]!, time[other]!), end: Math.max(time[event]!, time[other]!) };
  });
  return windows.filter((window) => spans.some(({ start, end }) => start < window.end && end > window.start)).map(({ id }) => id);
}

/** How often each, the most frequent first. */
function tally(names: readonly string[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
