/** What judging found, key by key, as plain data: of all keys, or of a group of them, and the one result of all groups. */
import type { Anomaly, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { inWords } from './counterexample/wording.ts';

/** How many keys are convicted with an explanation of their own. */
export const MOST_ANOMALIES = 5;
/** How many undecided keys a reason names. */
const KEYS_NAMED = 6;

export type GivenUp = 'time' | 'memory' | 'cancelled';

/** When a key was settled: keys are settled in rounds, the smaller ones first, of equal ones the one that was used first. */
export interface Turn {
  readonly round: number;
  readonly operations: number;
  /** The first event of the key. */
  readonly first: number;
}

/** Nothing more is done for the key: `unsuitable` for the engines, `refused` by the verifier (which said `detail`). */
export interface Doubt {
  readonly why: 'memory' | 'unsuitable' | 'refused';
  /** Undefined: operations without a key. */
  readonly key: Value | undefined;
  readonly engine: string;
  readonly detail: string;
}

export interface Findings {
  readonly model: string;
  readonly keys: number;
  /** Operations of clients: all, those that the model does not know, those that completed, crashed and failed. */
  readonly operations: number;
  readonly foreign: number;
  readonly checked: number;
  readonly crashed: number;
  readonly failed: number;
  /** How many configurations were looked at. */
  readonly explored: number;
  /** By engine: how many keys it decided. */
  readonly decidedBy: readonly (readonly [string, number])[];
  readonly convictedKeys: number;
  /** At most MOST_ANOMALIES, by turn. */
  readonly anomalies: readonly { readonly turn: Turn; readonly anomaly: Anomaly }[];
  readonly doubts: readonly { readonly turn: Turn; readonly doubt: Doubt }[];
  /** Keys that nobody came to decide, and why not. */
  readonly open: readonly { readonly turn: Turn; readonly key: Value | undefined; readonly why: GivenUp }[];
}

/** The result of some groups of keys; `lost`: why others are missing. */
export function resultOf(checker: string, groups: readonly Findings[], lost: readonly Reason[] = []): Result {
  const anomalies = inTurn(groups.flatMap((group) => group.anomalies))
    .slice(0, MOST_ANOMALIES)
    .map(({ anomaly }) => anomaly);
  const stats = statsOf(groups);
  const unsettled = [...openReasons(groups), ...doubtReasons(groups), ...lost];
  const open = [...foreign(groups), ...unsettled];
  const undecided = open.length > 0 ? { undecided: open } : {};
  const [first, ...rest] = anomalies;
  if (first) return { checker, stats, ...undecided, valid: false, anomalies: [first, ...rest] };
  const [reason, ...reasons] = [...nothingChecked(groups), ...unsettled];
  if (reason) return { checker, stats, ...undecided, valid: 'unknown', reasons: [reason, ...reasons] };
  return { checker, stats, ...undecided, valid: true };
}

/** The sum of a figure over all groups. */
export function total(groups: readonly Findings[], figure: (group: Findings) => number): number {
  return groups.reduce((sum, group) => sum + figure(group), 0);
}

/** By turn. */
export function inTurn<T extends { readonly turn: Turn }>(list: readonly T[]): T[] {
  return list.toSorted(({ turn: a }, { turn: b }) => a.round - b.round || a.operations - b.operations || a.first - b.first);
}

function statsOf(groups: readonly Findings[]): Value {
  const counts = new Map<string, number>();
  for (const { decidedBy } of groups) for (const [engine, keys] of decidedBy) counts.set(engine, (counts.get(engine) ?? 0) + keys);
  const engines = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const names = undecidedKeys(groups);
  return {
    model: groups[0]?.model ?? '',
    engine: engines.map(([name]) => name).join(', ') || 'none',
    keysByEngine: Object.fromEntries(engines),
    keys: total(groups, ({ keys }) => keys),
    operations: total(groups, ({ operations }) => operations),
    checked: total(groups, ({ checked }) => checked),
    crashed: total(groups, ({ crashed }) => crashed),
    failed: total(groups, ({ failed }) => failed),
    configurations: total(groups, ({ explored }) => explored),
    convictedKeys: total(groups, ({ convictedKeys }) => convictedKeys),
    undecidedKeys: names.length,
    ...(names.length > 0 && { undecided: names.map((key) => key ?? null) }),
  };
}

function undecidedKeys(groups: readonly Findings[]): (Value | undefined)[] {
  const doubted = groups.flatMap(({ doubts }) => doubts.map(({ turn, doubt }) => ({ turn, key: doubt.key })));
  return inTurn([...groups.flatMap(({ open }) => open), ...doubted]).map(({ key }) => key);
}

function openReasons(groups: readonly Findings[]): Reason[] {
  const open = inTurn(groups.flatMap((group) => group.open));
  const why = (['cancelled', 'time', 'memory'] as const).filter((each) => open.some((key) => key.why === each));
  return why.map((each) =>
    undecidedReason(
      each,
      open.filter((key) => key.why === each).map(({ key }) => key),
      groups,
    ),
  );
}

/** One reason for all keys that are in doubt for the same cause. */
function doubtReasons(groups: readonly Findings[]): Reason[] {
  const byCause = new Map<string, Doubt[]>();
  for (const { doubt } of inTurn(groups.flatMap(({ doubts }) => doubts))) {
    const cause = JSON.stringify([doubt.why, doubt.engine, doubt.detail]);
    byCause.set(cause, [...(byCause.get(cause) ?? []), doubt]);
  }
  return [...byCause.values()].map((doubts) => {
    const { why, engine, detail } = doubts[0]!;
    const keys = doubts.map(({ key }) => key);
    if (why === 'memory') return undecidedReason(why, keys, groups);
    if (why === 'unsuitable') return { code: 'engine-unsuitable', message: `${engine} is not made for ${named(keys)}`, remedy: 'Leave --engine out.' };
    const message = `the order that ${engine} found for ${named(keys)} was refused by the verifier: ${detail}`;
    return { code: 'witness-refused', message, remedy: 'Please report it with the history.' };
  });
}

function nothingChecked(groups: readonly Findings[]): Reason[] {
  if (total(groups, ({ checked }) => checked) > 0) return [];
  const [operations, crashed] = [total(groups, (group) => group.operations), total(groups, (group) => group.crashed)];
  const message =
    operations === 0 ? 'the history has no operations of clients' : `none of ${operations} operations completed (${crashed} with an unknown outcome)`;
  return [{ code: 'nothing-checked', message, remedy: 'Nothing was tested; look at the errors of the operations.' }];
}

function foreign(groups: readonly Findings[]): Reason[] {
  const strangers = total(groups, (group) => group.foreign);
  if (strangers === 0) return [];
  const operations = total(groups, (group) => group.operations);
  const message = `${strangers} of ${operations} operations are foreign to the model "${groups[0]?.model}" and were left out`;
  return [{ code: 'foreign-operations', message }];
}

function undecidedReason(why: GivenUp, undecided: readonly (Value | undefined)[], groups: readonly Findings[]): Reason {
  const keys = total(groups, (group) => group.keys);
  const decided = keys - undecidedKeys(groups).length;
  const others = decided > 0 ? `; ${decided === 1 ? 'one other key was' : `${decided} other keys were`}` : '';
  const of = keys > 1 ? ` (of ${keys})` : '';
  if (why === 'cancelled') return { code: 'cancelled', message: `the check was called off before ${named(undecided)}${of} had been decided${others}` };
  const message = `the check ran out of ${why} before ${named(undecided)}${of} had been decided${others}`;
  return { code: `budget-${why}`, message, remedy: 'Give it a larger --budget.' };
}

function named(names: readonly (Value | undefined)[]): string {
  if (names.length === 1 && names[0] === undefined) return 'the history';
  const shown = names.slice(0, KEYS_NAMED).map((name) => (name === undefined ? '(no key)' : typeof name === 'string' ? name : inWords(name)));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `key${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}`;
}
