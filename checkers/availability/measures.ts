/** What availability is made of: outcomes by operation, the longest silence, the time to recover. Columns in, figures out. */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { GrowableInts } from '../columns/growable.ts';
import { ask } from '../verdict/exhausted.ts';

/** The operations of the workload itself, without draining and final reads; and all acknowledgements, with them. */
export interface Traffic {
  /** First event of a client; -1 without one. */
  readonly first: number;
  /** Index where the workload ends. */
  readonly end: number;
  /** Acknowledgements of the workload's operations, in order. */
  readonly acknowledged: Int32Array;
  /** All acknowledgements, final reads included, in order; and by node. */
  readonly all: Int32Array;
  readonly byNode: ReadonlyMap<string, Int32Array>;
  /** Operations of the workload by name: [ok, fail, info]. */
  readonly outcomes: ReadonlyMap<string, readonly [ok: number, fail: number, info: number]>;
}

/** One pass, O(events). `end` is where the workload ends. Throws BudgetExhausted. */
export function trafficOf(history: History, end: number, budget: Budget): Traffic {
  const { columns } = history;
  const acknowledged = new GrowableInts();
  const all = new GrowableInts();
  const byNode = history.nodes.map(() => new GrowableInts());
  const outcomes = history.fs.map((): [number, number, number] => [0, 0, 0]);
  let first = -1;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) ask(budget, (acknowledged.length + 2 * all.length) * 4);
    if (!isClient(columns, i)) continue;
    if (first === -1) first = i;
    const type = eventType(columns, i);
    if (type === INVOKE && i < end) {
      const counts = outcomes[columns.f[i]!]!;
      const outcome = outcomeAt(columns, i) - OK;
      counts[outcome] = counts[outcome]! + 1;
    }
    if (type !== OK || columns.pair[i]! < 0) continue;
    all.push(i);
    byNode[columns.node[i]!]?.push(i);
    if (columns.pair[i]! < end) acknowledged.push(i);
  }
  return {
    first,
    end,
    acknowledged: acknowledged.view(),
    all: all.view(),
    byNode: new Map(history.nodes.map((node, i) => [node as string, byNode[i]!.view()])),
    outcomes: new Map(history.fs.map((f, i) => [f, outcomes[i]!] as const).filter(([, counts]) => counts.some((count) => count > 0))),
  };
}

/** Events that bound the longest time without an acknowledgement, and how long it was in ns. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly durationNs: number;
}

/** From the first event of a client to the end of the workload; undefined without operations. O(acknowledgements). */
export function longestGap(history: History, traffic: Traffic): Gap | undefined {
  if (traffic.first < 0) return undefined;
  const { time } = history.columns;
  const last = Math.min(traffic.end, history.length - 1);
  let longest: Gap = { from: traffic.first, to: traffic.first, durationNs: 0 };
  let before = traffic.first;
  for (let k = 0; k <= traffic.acknowledged.length; k++) {
    const here = k === traffic.acknowledged.length ? Math.max(last, before) : traffic.acknowledged[k]!;
    const durationNs = time[here]! - time[before]!;
    if (durationNs > longest.durationNs) longest = { from: before, to: here, durationNs };
    before = here;
  }
  return longest;
}

/** The first acknowledgement of an operation invoked after event `since`; -1 without one. O(log n + operations in flight). */
export function firstAfter(history: History, acknowledgements: Int32Array, since: number): number {
  let low = 0;
  let high = acknowledgements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (acknowledgements[middle]! <= since) low = middle + 1;
    else high = middle;
  }
  for (let k = low; k < acknowledgements.length; k++) {
    if (history.columns.pair[acknowledgements[k]!]! > since) return acknowledgements[k]!;
  }
  return -1;
}
