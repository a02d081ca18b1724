/**
 * The checker `coverage`: did the test test anything? Too few operations, a fault family that never bit while writes went
 * on, a window without an acknowledged write although a majority was connected: each leaves the verdict unknown (rules
 * 14, 33). It never convicts. O(events + events inside windows).
 */
import { z } from 'zod';
import type { Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { eventType, isClient, OK } from '../../harness/history/columns.ts';
import { formatSeconds, NS_PER_MS, NS_PER_S } from '../../harness/time/units.ts';
import { runPhases } from '../columns/run-phases.ts';
import { ask } from '../verdict/exhausted.ts';
import { type FaultWindow, faultWindows } from '../windows/fault-windows.ts';
import { type LeavesMajority, leavesMajority, nodesOf } from '../windows/majority.ts';
import { type Overlap, overlaps, type Span, writeFunctions, writesInside } from '../windows/window-counts.ts';

const options = z.strictObject({
  minOk: z.int().min(1).default(10).describe('At least so many operations must have succeeded.'),
  families: z
    .array(z.string())
    .default([])
    .describe(
      'Fault families that were asked for: each must have bitten at least once while writes were acknowledged. Families in the history are always judged.',
    ),
  shortWindowMs: z.number().min(0).default(1000).describe('Fault windows shorter than this (a restart, say) need no operations of their own. Milliseconds.'),
});

export type CoverageOptions = z.infer<typeof options>;

interface JudgedWindow {
  readonly window: FaultWindow;
  /** Operations while the fault held. */
  readonly during: Overlap;
  /** Acknowledged writes that the fault can have hurt: see `exposed`. */
  readonly writesExposed: number;
  /** Acknowledged writes that lie wholly inside. */
  readonly writesAcked: number;
  readonly majority: LeavesMajority;
  /** Long enough for operations to be expected in it. */
  readonly long: boolean;
}

/** See the head of the file. */
export const coverage: Checker<CoverageOptions> = {
  name: 'coverage',
  summary: 'The test tested something: enough operations, and every fault family bit while writes were acknowledged.',
  options,
  check(history: History, opts: CoverageOptions, budget: Budget): Result {
    const windows = judgeWindows(history, opts, budget);
    const families = [...new Set([...opts.families, ...windows.map(({ window }) => window.family)])].sort();
    const ok = countOk(history, budget);
    const found: Reason[] = [
      ...(ok < opts.minOk ? [tooFew(ok, opts.minOk)] : []),
      ...families.flatMap((family) =>
        familyReasons(
          family,
          windows.filter(({ window }) => window.family === family),
        ),
      ),
      ...windows.flatMap((window) => windowReasons(history, window)),
    ];
    const stats: Value = {
      ok,
      families: families.map((family) => familyRow(family, windows)),
      windows: windows.map((window) => windowRow(history, window)),
    };
    const [first, ...others] = found;
    return first === undefined ? { checker: 'coverage', valid: true, stats } : { checker: 'coverage', valid: 'unknown', reasons: [first, ...others], stats };
  },
};

function judgeWindows(history: History, { shortWindowMs }: CoverageOptions, budget: Budget): JudgedWindow[] {
  const windows = faultWindows(history, runPhases(history));
  const writes = writeFunctions(history);
  const nodes = nodesOf(history.nodes, windows);
  const during = overlaps(history, windows, writes, budget);
  const hurt = overlaps(
    history,
    windows.map((window) => exposed(history, window, nodes)),
    writes,
    budget,
  );
  return windows.map((window, i) => {
    const atOnce = windows.filter((other) => other.injected && other.start < window.end && window.start < other.end);
    const duration = timeAt(history, window.end) - timeAt(history, window.start);
    return {
      window,
      during: during[i]!,
      writesExposed: hurt[i]!.writes,
      writesAcked: writesInside(history, window, writes, budget),
      majority: leavesMajority(
        nodes,
        atOnce.map(({ disturbance }) => disturbance),
      ),
      long: window.injected && duration >= shortWindowMs * NS_PER_MS,
    };
  });
}

/**
 * From the first touch of the injection to the end of the heal. Where every node is down no write can be acknowledged, and
 * what the fault may have hurt are those of the second before.
 */
function exposed(history: History, window: FaultWindow, nodes: readonly string[]): Span {
  const end = window.healed < 0 ? window.end : window.healed;
  const down = new Set(window.disturbance.down);
  if (!nodes.every((node) => down.has(node))) return { start: window.begun, end };
  const since = timeAt(history, window.begun) - NS_PER_S;
  let start = window.begun;
  while (start > 0 && timeAt(history, start - 1) >= since) start--;
  return { start, end };
}

/** The time of an event; of the last one for the end of the history. */
function timeAt(history: History, index: number): number {
  return history.columns.time[Math.min(index, history.length - 1)] ?? 0;
}

function countOk(history: History, budget: Budget): number {
  let ok = 0;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) ask(budget, 0);
    if (isClient(history.columns, i) && eventType(history.columns, i) === OK) ok++;
  }
  return ok;
}

function tooFew(ok: number, minOk: number): Reason {
  return {
    code: 'too-few-operations',
    message: `only ${ok} operations succeeded, and ${minOk} are needed to say anything`,
    remedy: 'Give the run more time or a higher rate, or see why operations failed.',
  };
}

function familyReasons(family: string, windows: readonly JudgedWindow[]): Reason[] {
  const injected = windows.filter(({ window }) => window.injected);
  const proven = windows.filter(({ window }) => window.proven);
  if (injected.length === 0) {
    const why = windows[0] === undefined ? '' : `: ${windows[0].window.doubt}`;
    return [
      { code: 'fault-not-injected', message: `the fault family "${family}" was never injected${why}`, remedy: 'Give the run more time, or see the journal.' },
    ];
  }
  if (proven.length === 0) {
    const example = injected[0]!.window;
    return [{ code: 'fault-not-proven', message: `no fault of the family "${family}" was proven to bite; ${example.id}: ${example.doubt}` }];
  }
  if (proven.some(({ writesExposed }) => writesExposed > 0)) return [];
  return [
    {
      code: 'fault-missed-writes',
      message: `no acknowledged write overlapped a proven fault of the family "${family}" (${proven.length} windows)`,
      remedy: 'Give the run a higher rate or longer windows.',
    },
  ];
}

function windowReasons(history: History, { window, during, writesAcked, majority, long }: JudgedWindow): Reason[] {
  if (!long) return [];
  const when = `${window.id} (${formatSeconds(timeAt(history, window.start))} to ${formatSeconds(timeAt(history, window.end))})`;
  if (during.ok + during.fail + during.info === 0) return [{ code: 'window-without-operations', message: `no operation overlapped ${when}` }];
  if (majority !== true || writesAcked > 0) return [];
  return [{ code: 'window-without-write', message: `no write was acknowledged inside ${when}, although it left a majority connected` }];
}

function familyRow(family: string, windows: readonly JudgedWindow[]): Value {
  const mine = windows.filter(({ window }) => window.family === family);
  const proven = mine.filter(({ window }) => window.proven);
  return {
    family,
    injected: mine.filter(({ window }) => window.injected).length,
    proven: proven.length,
    withWrites: proven.filter(({ writesExposed }) => writesExposed > 0).length,
  };
}

/** One row of the report's table of windows; times in ns. */
function windowRow(history: History, { window, during, writesExposed, writesAcked, majority }: JudgedWindow): Value {
  return {
    id: window.id,
    fault: window.fault,
    family: window.family,
    nodes: [...window.nodes],
    start: timeAt(history, window.start),
    end: timeAt(history, window.end),
    injected: window.injected,
    proven: window.proven,
    doubt: window.doubt,
    ok: during.ok,
    fail: during.fail,
    info: during.info,
    writesExposed,
    writesAcked,
    leavesMajority: majority,
  };
}
