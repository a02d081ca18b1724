/**
 * The checker `availability`: which share of operations succeeded, how long nothing did, how soon it went on after each
 * fault, how slow it was from the intended start; overall, by operation and by fault window. Convicts only of bounds that
 * the options state. O(events + events inside windows).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { formatSeconds, NS_PER_MS } from '../../harness/time/units.ts';
import { endOfWorkload, runPhases } from '../columns/run-phases.ts';
import { ask } from '../verdict/exhausted.ts';
import { type FaultWindow, faultWindows } from '../windows/fault-windows.ts';
import { type Overlap, overlaps, writeFunctions } from '../windows/window-counts.ts';
import { LatencyHistogram, latencyNs, slowerThan } from './latency.ts';
import { firstAfter, type Gap, longestGap, type Traffic, trafficOf } from './measures.ts';

const options = z.strictObject({
  minOkShare: z.number().min(0).max(1).optional().describe('At least this share of all operations must succeed.'),
  maxRecoveryMs: z.number().positive().optional().describe('After each heal an operation must succeed within so many milliseconds.'),
  maxGapMs: z.number().positive().optional().describe('Never may so many milliseconds pass without a success.'),
  maxP99Ms: z.number().positive().optional().describe('At most one success in a hundred may be slower than this, from its intended start. Milliseconds.'),
});

export type AvailabilityOptions = z.infer<typeof options>;

/** See the head of the file. */
export const availability: Checker<AvailabilityOptions> = {
  name: 'availability',
  summary: 'How much succeeded, how fast, and how soon again after each fault.',
  options,
  check(history: History, bounds: AvailabilityOptions, budget: Budget): Result {
    const phases = runPhases(history);
    const traffic = trafficOf(history, endOfWorkload(history, phases), budget);
    const windows = faultWindows(history, phases).filter((window) => window.injected);
    const gap = longestGap(history, traffic);
    const judged = judgeBounds(history, traffic, windows, gap, bounds);
    const stats = statistics(history, traffic, windows, gap, budget);
    const [first, ...others] = judged.anomalies;
    const [reason, ...reasons] = judged.reasons;
    if (first !== undefined) {
      return { checker: 'availability', valid: false, anomalies: [first, ...others], stats, ...(reason === undefined ? {} : { undecided: judged.reasons }) };
    }
    if (reason !== undefined) return { checker: 'availability', valid: 'unknown', reasons: [reason, ...reasons], stats };
    return { checker: 'availability', valid: true, stats };
  },
};

function statistics(history: History, traffic: Traffic, windows: readonly FaultWindow[], gap: Gap | undefined, budget: Budget): Value {
  const histogram = new LatencyHistogram();
  const during = overlaps(history, windows, writeFunctions(history), budget);
  return {
    ...shares(sumOf(traffic)),
    latencyMs: latencies(history, traffic.acknowledged, histogram),
    byF: Object.fromEntries(
      [...traffic.outcomes].map(([f, [ok, fail, info]]) => {
        const code = history.fs.indexOf(f);
        const mine = traffic.acknowledged.filter((completion) => history.columns.f[completion] === code);
        return [f, { ...shares({ ok, fail, info }), latencyMs: latencies(history, mine, histogram) }];
      }),
    ),
    longestGap: gap === undefined ? null : { ms: gap.durationNs / NS_PER_MS, from: history.columns.time[gap.from]!, to: history.columns.time[gap.to]! },
    windows: windows.map((window, i) => windowRow(history, traffic, window, during[i]!, histogram, budget)),
  };
}

/** One row per fault window. `recoveryMs`: from the completed heal to the first success of an operation begun after it. */
function windowRow(history: History, traffic: Traffic, window: FaultWindow, during: Overlap, histogram: LatencyHistogram, budget: Budget): Value {
  ask(budget, 0);
  const recovery = (acknowledgements: Int32Array): number | null => {
    if (window.healed < 0) return null;
    const first = firstAfter(history, acknowledgements, window.healed);
    return first < 0 ? null : (history.columns.time[first]! - history.columns.time[window.healed]!) / NS_PER_MS;
  };
  const inside = traffic.acknowledged.filter((completion) => completion > window.start && completion < window.end);
  return {
    id: window.id,
    family: window.family,
    ...shares(during),
    latencyMs: latencies(history, inside, histogram),
    recoveryMs: recovery(traffic.all),
    recoveryMsByNode: Object.fromEntries([...traffic.byNode].map(([node, acknowledgements]) => [node, recovery(acknowledgements)])),
  };
}

interface Outcomes {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

function sumOf(traffic: Traffic): Outcomes {
  let [ok, fail, info] = [0, 0, 0];
  for (const counts of traffic.outcomes.values()) {
    ok += counts[0];
    fail += counts[1];
    info += counts[2];
  }
  return { ok, fail, info };
}

function shares({ ok, fail, info }: Outcomes): { ok: number; fail: number; info: number; okShare: number | null } {
  const operations = ok + fail + info;
  return { ok, fail, info, okShare: operations === 0 ? null : Math.round((ok / operations) * 10_000) / 10_000 };
}

function latencies(history: History, completions: Int32Array, histogram: LatencyHistogram): Value {
  for (let k = 0; k < completions.length; k++) histogram.record(latencyNs(history.columns, completions[k]!));
  return histogram.take();
}

interface Judged {
  readonly anomalies: readonly Anomaly[];
  readonly reasons: readonly Reason[];
}

function judgeBounds(history: History, traffic: Traffic, windows: readonly FaultWindow[], gap: Gap | undefined, bounds: AvailabilityOptions): Judged {
  const stated = Object.values(bounds).some((bound) => bound !== undefined);
  if (stated && (gap === undefined || traffic.acknowledged.length === 0)) {
    return { anomalies: [], reasons: [{ code: 'nothing-acknowledged', message: 'no operation succeeded, so nothing can be measured against the bounds' }] };
  }
  if (!stated || gap === undefined) return { anomalies: [], reasons: [] };
  const anomalies: Anomaly[] = [];
  const reasons: Reason[] = [];
  const { ok, fail, info } = sumOf(traffic);
  const okShare = ok / (ok + fail + info);
  if (bounds.minOkShare !== undefined && okShare < bounds.minOkShare) {
    const sentence = `only ${percent(okShare)} of ${ok + fail + info} operations succeeded; the bound is ${percent(bounds.minOkShare)}`;
    anomalies.push(exceeded('too-few-successes', 'ok-share', bounds.minOkShare, [traffic.first], sentence));
  }
  if (bounds.maxGapMs !== undefined && gap.durationNs > bounds.maxGapMs * NS_PER_MS) {
    const from = history.columns.time[gap.from]!;
    const sentence = `nothing succeeded for ${formatSeconds(gap.durationNs)} from ${formatSeconds(from)} on; the bound is ${formatSeconds(bounds.maxGapMs * NS_PER_MS)}`;
    anomalies.push(exceeded('silence', 'gap', bounds.maxGapMs, [gap.from, gap.to], sentence));
  }
  if (bounds.maxP99Ms !== undefined) {
    const slower = slowerThan(history.columns, traffic.acknowledged, bounds.maxP99Ms);
    if (slower > traffic.acknowledged.length / 100) {
      const sentence = `${slower} of ${traffic.acknowledged.length} successes took more than ${formatSeconds(bounds.maxP99Ms * NS_PER_MS)} from their intended start: more than one in a hundred`;
      anomalies.push(exceeded('slow', 'p99', bounds.maxP99Ms, [traffic.first], sentence));
    }
  }
  for (const window of windows) {
    if (bounds.maxRecoveryMs === undefined) break;
    judgeRecovery(history, traffic, window, bounds.maxRecoveryMs, anomalies, reasons);
  }
  return { anomalies, reasons };
}

function judgeRecovery(history: History, traffic: Traffic, window: FaultWindow, limitMs: number, anomalies: Anomaly[], reasons: Reason[]): void {
  const { time } = history.columns;
  const limit = formatSeconds(limitMs * NS_PER_MS);
  if (window.healed < 0) {
    reasons.push({ code: 'recovery-not-measured', message: `the run ended before ${window.id} was healed` });
    return;
  }
  const first = firstAfter(history, traffic.all, window.healed);
  const until = first < 0 ? history.length - 1 : first;
  const took = time[until]! - time[window.healed]!;
  if (took > limitMs * NS_PER_MS) {
    const sentence = `after ${window.id} was healed at ${formatSeconds(time[window.healed]!)} nothing succeeded for ${formatSeconds(took)}; the bound is ${limit}`;
    anomalies.push(exceeded('not-recovered', 'recovery', limitMs, [window.healed, until], sentence));
  } else if (first < 0) {
    reasons.push({ code: 'recovery-not-measured', message: `nothing succeeded after ${window.id} was healed, but the run ended within the bound of ${limit}` });
  }
}

function exceeded(type: string, bound: string, limit: number, ops: readonly number[], sentence: string): Anomaly {
  return { type, ops: [...new Set(ops)], sentence, certificate: { kind: 'availability/bound', data: { bound, limit, ops: [...ops] } } };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
