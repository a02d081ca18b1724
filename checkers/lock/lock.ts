/**
 * The checker `lock`: mutual exclusion as the resource sees it. A holder may believe what it likes; what convicts is an
 * accepted effect with a fencing token lower than one accepted before, or two accepted updates that are based on the same
 * value, so that one of them is lost. Who believed to hold the lock at the same time stands in the statistics. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { formatSeconds } from '../../harness/time/units.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { collectEffects, type Effect, type Effects, nameOf } from './effects.ts';
import { collectHolds, type Holds } from './holds.ts';

const options = z.strictObject({
  acquire: z.string().default('acquire').describe('The operation that takes a lock, its key; completes with its fencing token, or {"token", "lease"} (ms).'),
  release: z.string().default('release').describe('The operation that gives it back.'),
  update: z
    .string()
    .default('update')
    .describe(
      'The operation at the resource behind the lock, {"token", "from", "to"}: the fencing token, the value that it is based on and the one that it writes. Where an observer writes events of this name, they alone say what was applied, in their order.',
    ),
  read: z.string().default('read').describe('The operation that reads the resource; final reads must not show a value that accepted updates have replaced.'),
  lateUpdates: z
    .enum(['expected', 'not-expected'])
    .default('not-expected')
    .describe('expected: where no holder asked for an update after its lease had ended, the verdict is unknown; what locks are broken by was not there.'),
  initial: z.json().optional().describe('What the resource holds at first, where that is a value that may be written again.'),
});

export type LockCheckOptions = z.infer<typeof options>;

export const LOCK_ANOMALIES = ['lost-update', 'rolled-back', 'stale-token', 'failed-but-visible'] as const;

interface Finding {
  readonly type: (typeof LOCK_ANOMALIES)[number];
  readonly first: number;
  readonly second: number;
}

/** See the head of the file. */
export const lock: Checker<LockCheckOptions> = {
  name: 'lock',
  summary: 'What a lock protects is changed by one holder at a time: no effect with an older fencing token than one before it, no lost update.',
  options,
  check(history: History, { acquire, release, update, read, initial, lateUpdates }: LockCheckOptions, budget: Budget): Result {
    const effects = collectEffects(history, { update, read }, budget);
    const holds = collectHolds(history, { acquire, release }, budget);
    const findings = [
      ...staleTokens(effects),
      ...lostUpdates(effects, nameOf(initial as Value | undefined)),
      ...rolledBack(effects, nameOf(initial as Value | undefined)),
      ...failedButVisible(effects),
    ];
    const late = effects.asked.filter(({ at, ...grant }) => isLate(holds, grant, history.columns.time[at]!)).length;
    const names = { update, read, ...(initial === undefined ? {} : { initial: initial as Value }) };
    const { anomalies, counts } = spellOutByType(findings, LOCK_ANOMALIES, (finding) => tell(history, names, holds, finding));
    return conclude('lock', statsOf(history, { effects, holds, late }, counts), anomalies, [
      ...openQuestions(history, effects, update),
      ...(lateUpdates === 'expected' && late === 0 ? [NOTHING_LATE] : []),
    ]);
  },
};

/** One finding for each effect that came too late. */
function staleTokens({ effects }: Effects): Finding[] {
  return effects.flatMap(({ at, token, before }): Finding[] => {
    if (token === undefined || before === -1) return [];
    return effects[before]!.token! > token ? [{ type: 'stale-token', first: effects[before]!.at, second: at }] : [];
  });
}

/** More accepted updates are based on a value than there can have been writes of it: one finding for each too many. */
function lostUpdates({ effects, writes }: Effects, initial: string | undefined): Finding[] {
  const based = new Map<number, Map<string, { readonly first: number; count: number }>>();
  return effects.flatMap(({ at, key, from }): Finding[] => {
    if (from === undefined) return [];
    const ofKey = based.get(key) ?? new Map<string, { readonly first: number; count: number }>();
    based.set(key, ofKey);
    const known = ofKey.get(from);
    if (known === undefined) {
      ofKey.set(from, { first: at, count: 1 });
      return [];
    }
    known.count++;
    const allowed = timesWritten(writes, key, from, initial);
    return known.count > allowed ? [{ type: 'lost-update', first: known.first, second: at }] : [];
  });
}

/** A final read shows a value that accepted updates have replaced as often as it may have been written: they are lost. */
function rolledBack({ effects, writes, finals }: Effects, initial: string | undefined): Finding[] {
  const replaced = new Map<number, Map<string, { last: number; count: number }>>();
  for (const { at, key, from } of effects) {
    if (from === undefined) continue;
    const ofKey = replaced.get(key) ?? new Map<string, { last: number; count: number }>();
    replaced.set(key, ofKey);
    ofKey.set(from, { last: at, count: (ofKey.get(from)?.count ?? 0) + 1 });
  }
  return finals.flatMap(({ at, key, value }): Finding[] => {
    const known = replaced.get(key)?.get(value);
    return known !== undefined && known.last < at && known.count >= timesWritten(writes, key, value, initial)
      ? [{ type: 'rolled-back', first: known.last, second: at }]
      : [];
  });
}

/** How often it can have been there; once, where nobody says who wrote it. */
function timesWritten(writes: Effects['writes'], key: number, value: string, initial: string | undefined): number {
  return Math.max(1, (writes.get(key)?.get(value)?.possible ?? 0) + (value === initial ? 1 : 0));
}

/** Effects that an observer saw, or that others are based on, of updates that failed or were refused. */
function failedButVisible({ effects, writes, observed }: Effects): Finding[] {
  return effects.flatMap(({ at, key, from, to }): Finding[] => {
    const shown = observed ? to : from;
    const asked = shown === undefined ? undefined : writes.get(key)?.get(shown);
    return asked !== undefined && asked.possible === 0 && asked.failed >= 0 && asked.failed < at
      ? [{ type: 'failed-but-visible', first: asked.failed, second: at }]
      : [];
  });
}

function tell(history: History, names: { readonly [key: string]: Value }, { grants }: Holds, { type, first, second }: Finding): Anomaly {
  const { key } = history.event(second);
  const resource = key === undefined ? 'the resource' : `the resource ${words(key)}`;
  const certificate = { kind: `lock/${type}`, data: { ...names, first, second } };
  const who = (at: number) => (history.columns.process[at]! < 0 ? `at ${whenAt(history, at)}` : `of ${whoAt(history, at)} at ${whenAt(history, at)}`);
  const value = (at: number, field: string) => words(bodyAt(history, at)[field]);
  if (type === 'failed-but-visible') {
    const end = history.columns.pair[first]!;
    const why =
      history.event(end).type === 'fail'
        ? `failed, yet it took effect: either the system applied an update it refused, or the client's error table is wrong for ${errorCodeAt(history, end)}`
        : 'was refused by a condition, yet it took effect';
    return {
      type,
      ops: [first, second],
      certificate,
      sentence: `the update of ${resource} to ${value(first, 'to')} ${who(first)} ${why}, as the one ${who(second)} shows`,
    };
  }
  if (type === 'rolled-back') {
    const sentence = `${resource} accepted an update from ${value(first, 'from')} to ${value(first, 'to')} ${who(first)}, and at the end ${who(second).replace(/^of /, '')} shows ${value(first, 'from')} again`;
    return { type, ops: [first, second], certificate, sentence };
  }
  if (type === 'stale-token') {
    const sentence = `${resource} accepted an update with token ${value(second, 'token')} ${who(second)}, after one with token ${value(first, 'token')} ${who(first)}`;
    return { type, ops: [first, second], certificate, sentence };
  }
  // who believed to have the lock is what a reader asks first
  const since = (at: number) => {
    const token = bodyAt(history, at)['token'];
    const grant = typeof token === 'number' ? grants.get(history.columns.key[at]!)?.get(token) : undefined;
    return grant === undefined ? '' : ` (who had the lock since ${formatSeconds(grant.since)})`;
  };
  const sentence = `${resource} accepted two updates that are based on ${value(first, 'from')}: ${who(first)}${since(first)} and ${who(second)}${since(second)}; one of them is lost`;
  return { type, ops: [first, second], certificate, sentence };
}

/** What was asked for, or what an observer saw. */
function bodyAt(history: History, at: number): { readonly [key: string]: Value } {
  const event = history.event(at);
  const source = typeof event.process === 'number' && event.type !== 'invoke' ? history.event(history.columns.pair[at]!) : event;
  return source.value as { readonly [key: string]: Value };
}

/** Whether the lease of that token had certainly ended by then. */
function isLate({ grants }: Holds, { key, token }: { readonly key: number; readonly token: number | undefined }, time: number): boolean {
  return token !== undefined && time > (grants.get(key)?.get(token)?.ends ?? Number.POSITIVE_INFINITY);
}

function statsOf(history: History, judged: { readonly effects: Effects; readonly holds: Holds; readonly late: number }, anomalies: Value): Value {
  const { effects, observed, asked, refused } = judged.effects;
  const { acquired, holders, overlaps, firstOverlap } = judged.holds;
  const begun = ({ at }: Effect) => history.columns.time[history.columns.process[at]! < 0 ? at : history.columns.pair[at]!]!;
  return {
    acquired,
    holders,
    overlaps,
    firstOverlap,
    updates: asked.length,
    askedAfterLease: judged.late,
    refused,
    accepted: effects.length,
    acceptedBy: observed ? 'observer' : 'acknowledgement',
    withoutToken: effects.filter(({ token }) => token === undefined).length,
    afterLease: effects.filter((effect) => isLate(judged.holds, effect, begun(effect))).length,
    anomalies,
  };
}

const NOTHING_LATE: Reason = {
  code: 'nothing-late',
  message: 'no holder asked for an update after its lease had ended: whether the resource is safe then was not seen',
  remedy: 'Let the run take longer, or more holders stall.',
};

function openQuestions(history: History, { effects }: Effects, update: string): Reason[] {
  if (effects.length === 0) return [{ code: 'nothing-accepted', message: `no "${update}" was accepted by the resource` }];
  if (!effects.some(({ token, from }) => token !== undefined || from !== undefined)) {
    return [{ code: 'nothing-to-judge', message: `no accepted "${update}" says its fencing token, or the value that it is based on` }];
  }
  const whose = effects.map(({ at, token }) => token ?? history.columns.process[at]!);
  return whose.every((one) => one === whose[0]) ? [{ code: 'uncontended', message: 'all accepted updates are of one holder' }] : [];
}
