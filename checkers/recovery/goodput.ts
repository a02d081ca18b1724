/** Goodput (successes in a window of time) before the first fault, and how soon after each heal it is back. */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { type Traffic, trafficOf } from '../availability/measures.ts';
import { endOfWorkload, runPhases } from '../columns/run-phases.ts';
import { type FaultWindow, faultWindows } from '../windows/fault-windows.ts';

export interface GoodputLaw {
  readonly windowMs: number;
  readonly share: number;
  readonly withinMs: number;
}

/** What came after a heal that left no other fault active. */
export interface Recovery {
  readonly window: FaultWindow;
  /** Acknowledgement with which goodput was back; -1 where it was not before `until`. */
  readonly at: number;
  /** The event before which it must be: the next fault, or the end of the workload. */
  readonly until: number;
  /** Whether that is the end. */
  readonly last: boolean;
  /** Operations that were invoked or acknowledged while the fault held. */
  readonly load: number;
}

export interface Goodput {
  /** Successes in a window of time before the first fault; 0 where that time was shorter than a window. */
  readonly baseline: number;
  /** So many in a window count as recovered. */
  readonly enough: number;
  readonly faults: number;
  readonly recoveries: readonly Recovery[];
}

/** O(events + faults × log events + successes). Throws BudgetExhausted. */
export function goodputOf(history: History, { windowMs, share }: GoodputLaw, budget: Budget): Goodput {
  const phases = runPhases(history);
  const end = endOfWorkload(history, phases);
  const traffic = trafficOf(history, end, budget);
  const windows = faultWindows(history, phases).filter((window) => window.injected);
  const first = windows.reduce((least, { begun }) => Math.min(least, begun), end);
  const baseline = baselineOf(history, traffic, first, windowMs);
  const enough = Math.max(1, Math.ceil(share * baseline));
  const recoveries: Recovery[] = [];
  for (const window of windows) {
    const { healed } = window;
    const active = windows.some((other) => other !== window && other.begun < healed && (other.healed < 0 || other.healed > healed));
    if (healed < 0 || healed >= end || active) continue;
    const next = windows.reduce((least, { begun }) => (begun > healed ? Math.min(least, begun) : least), end);
    const until = Math.min(next, history.length - 1);
    const load = within(traffic.acknowledged, window.start, window.end);
    recoveries.push({ window, at: backAt(history, traffic.acknowledged, healed, until, enough, windowMs), until, last: next === end, load });
  }
  return { baseline, enough, faults: windows.length, recoveries };
}

function baselineOf(history: History, { first, acknowledged }: Traffic, fault: number, windowMs: number): number {
  if (first < 0 || fault <= first) return 0;
  const { time } = history.columns;
  const lastsMs = (time[Math.min(fault, history.length - 1)]! - time[first]!) / NS_PER_MS;
  return lastsMs < windowMs ? 0 : (within(acknowledged, first, fault) * windowMs) / lastsMs;
}

/** The first success between the events with which there were `enough` in a window of time. */
function backAt(history: History, acknowledged: Int32Array, since: number, until: number, enough: number, windowMs: number): number {
  const { time } = history.columns;
  const from = firstAbove(acknowledged, since);
  for (let k = from + enough - 1; k < acknowledged.length && acknowledged[k]! < until; k++) {
    if (time[acknowledged[k]!]! - time[acknowledged[k - enough + 1]!]! <= windowMs * NS_PER_MS) return acknowledged[k]!;
  }
  return -1;
}

/** How many lie strictly between. */
function within(sorted: Int32Array, from: number, to: number): number {
  return firstAbove(sorted, to - 1) - firstAbove(sorted, from);
}

function firstAbove(sorted: Int32Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
