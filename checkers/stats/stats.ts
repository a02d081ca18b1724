/**
 * The checker `stats`: how operations ended, by name and by error, and whether the workload did what makes a verdict mean
 * something (rule 31): every operation succeeded now and then, enough compare-and-sets applied, keys were contended. It
 * never convicts. O(events), plus O(spans log spans) for contention, a span being one process on one key.
 */
import { z } from 'zod';
import type { Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INFO, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { errorCodeAt, outcomeAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';
import { contention } from './contention.ts';

const options = z.strictObject({
  cas: z.string().optional().describe('The name of the compare-and-set operation, where there is one.'),
  minCasApplied: z.number().min(0).max(1).default(0.1).describe('The least share of completed compare-and-sets that must have applied.'),
  contention: z
    .enum(['per-key', 'none'])
    .default('none')
    .describe('per-key: operations must lie on keys that at least two processes work on at the same time.'),
  minContended: z.number().min(0).max(1).default(0.5).describe('The least share of operations that must lie on contended keys.'),
});

export type StatsOptions = z.infer<typeof options>;

/** How operations of one name ended. */
interface Tally {
  ok: number;
  /** Of `ok`: refused by their condition. */
  refused: number;
  fail: number;
  info: number;
}

/** See the head of the file. */
export const stats: Checker<StatsOptions> = {
  name: 'stats',
  summary: 'Every kind of operation succeeded now and then, and the workload was contended enough to mean something.',
  options,
  check(history: History, opts: StatsOptions, budget: Budget): Result {
    const tallies = tally(history, budget);
    const contended = opts.contention === 'per-key' ? contention(history, budget) : undefined;
    const found: Reason[] = [
      ...neverSucceeded(history, tallies),
      ...casReasons(tallies, opts),
      ...(contended !== undefined && contended.share < opts.minContended ? [lowContention(contended.share, opts.minContended)] : []),
    ];
    const stats: Value = {
      ...total(tallies),
      byF: Object.fromEntries([...tallies].map(([f, counts]) => [f, { ...counts }])),
      errors: errorCounts(history),
      ...(contended === undefined ? {} : { contention: { ...contended } }),
    };
    const [first, ...others] = found;
    return first === undefined ? { checker: 'stats', valid: true, stats } : { checker: 'stats', valid: 'unknown', reasons: [first, ...others], stats };
  },
};

/** Client operations by name, in order of first appearance. A missing completion counts as `info`. */
function tally(history: History, budget: Budget): Map<string, Tally> {
  const { columns } = history;
  const tallies = new Map<string, Tally>();
  const byIndex: (Tally | undefined)[] = [];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) ask(budget, i);
    if (!isClient(columns, i) || eventType(columns, i) !== INVOKE) continue;
    const f = columns.f[i]!;
    let counts = byIndex[f];
    if (counts === undefined) {
      counts = { ok: 0, refused: 0, fail: 0, info: 0 };
      byIndex[f] = counts;
      tallies.set(history.fs[f]!, counts);
    }
    const outcome = outcomeAt(columns, i);
    if (outcome === OK) {
      counts.ok++;
      if (!isApplied(columns, columns.pair[i]!)) counts.refused++;
    } else if (outcome === FAIL) counts.fail++;
    else counts.info++;
  }
  return tallies;
}

function total(tallies: ReadonlyMap<string, Tally>): { operations: number; ok: number; fail: number; info: number } {
  const sum = { operations: 0, ok: 0, fail: 0, info: 0 };
  for (const { ok, fail, info } of tallies.values()) {
    sum.operations += ok + fail + info;
    sum.ok += ok;
    sum.fail += fail;
    sum.info += info;
  }
  return sum;
}

/** By error code: how often operations failed and ended unknown with it, and one event that shows it. */
function errorCounts(history: History): Value {
  const { columns } = history;
  const counts = new Map<string, { code: string; fail: number; info: number; example: number; message: string }>();
  for (let i = 0; i < history.length; i++) {
    if (!isClient(columns, i) || columns.error[i]! < 0) continue;
    const type = eventType(columns, i);
    if (type !== FAIL && type !== INFO) continue;
    const code = errorCodeAt(history, i);
    let row = counts.get(code);
    if (row === undefined) {
      row = { code, fail: 0, info: 0, example: i, message: history.errors[columns.error[i]!]?.message ?? '' };
      counts.set(code, row);
    }
    row[type === FAIL ? 'fail' : 'info']++;
  }
  return [...counts.values()].sort((a, b) => b.fail + b.info - a.fail - a.info || (a.code < b.code ? -1 : 1));
}

function neverSucceeded(history: History, tallies: ReadonlyMap<string, Tally>): Reason[] {
  if (tallies.size === 0) return [{ code: 'no-operations', message: 'the history has no operation of a client' }];
  const dead = [...tallies].filter(([, { ok }]) => ok === 0).map(([f]) => f);
  if (dead.length === 0) return [];
  const errors = history.errors[0] === undefined ? '' : ` (first error: ${history.errors[0].code}: ${history.errors[0].message})`;
  return dead.map((f) => ({ code: 'never-succeeded', message: `no "${f}" ever succeeded${errors}`, remedy: 'See the errors by code: is the client right?' }));
}

function casReasons(tallies: ReadonlyMap<string, Tally>, { cas, minCasApplied }: StatsOptions): Reason[] {
  const counts = cas === undefined ? undefined : tallies.get(cas);
  if (counts === undefined || counts.ok === 0) return [];
  const share = (counts.ok - counts.refused) / counts.ok;
  if (share >= minCasApplied) return [];
  return [
    {
      code: 'cas-applied-too-rarely',
      message: `only ${percent(share)} of the completed "${cas}" applied, and ${percent(minCasApplied)} are needed to say anything of them`,
      remedy: 'Use more keys or fewer threads.',
    },
  ];
}

function lowContention(share: number, needed: number): Reason {
  return {
    code: 'contention-too-low',
    message: `only ${percent(share)} of the operations lie on keys that two processes worked on at the same time, and ${percent(needed)} are needed`,
    remedy: 'Use fewer keys or more threads.',
  };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
