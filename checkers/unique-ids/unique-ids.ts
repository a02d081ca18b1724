/**
 * The checker `unique-ids`: no two acknowledged requests got the same id. O(events): equal values have equal ids in the
 * columns, so one hash table of integers finds the repetitions.
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { NO_VALUE } from '../../harness/contracts/index.ts';
import { eventType, isClient, OK } from '../../harness/history/columns.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** At most so many repeated ids are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

const options = z.strictObject({
  generate: z.string().default('generate').describe('The name of the operation that returns a new id.'),
});

export type UniqueIdsOptions = z.infer<typeof options>;

/** See the head of the file. */
export const uniqueIds: Checker<UniqueIdsOptions> = {
  name: 'unique-ids',
  summary: 'No id was handed out twice.',
  options,
  check(history: History, { generate }: UniqueIdsOptions, budget: Budget): Result {
    const answers = answersOf(history, generate, budget);
    const repetitions = findRepetitions(history, answers.ids, budget);
    const stats: Value = {
      acknowledged: answers.ids.length,
      withoutId: answers.without.length,
      duplicated: repetitions.length,
      ...range(history, answers.ids),
    };
    const reasons = openQuestions(answers, generate);
    const [first, ...others] = repetitions.slice(0, SPELLED_OUT).map(({ earlier, later }) => tell(history, generate, earlier, later));
    const [reason, ...more] = reasons;
    const undecided = reason === undefined ? {} : { undecided: reasons };
    if (first !== undefined) return { checker: 'unique-ids', valid: false, anomalies: [first, ...others], stats, ...undecided };
    if (reason !== undefined) return { checker: 'unique-ids', valid: 'unknown', reasons: [reason, ...more], stats };
    return { checker: 'unique-ids', valid: true, stats };
  },
};

interface Answers {
  /** Completions that carry an id. */
  readonly ids: Int32Array;
  /** Acknowledged without an id. */
  readonly without: readonly number[];
}

function answersOf(history: History, generate: string, budget: Budget): Answers {
  const { columns } = history;
  const f = history.fs.indexOf(generate);
  const ids = new Int32Array(history.length);
  const absent = history.length > 0 ? nullId(history) : NO_VALUE;
  const without: number[] = [];
  let count = 0;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) ask(budget, ids.byteLength);
    if (columns.f[i] !== f || !isClient(columns, i) || eventType(columns, i) !== OK) continue;
    const value = columns.value[i]!;
    if (value === NO_VALUE || value === absent) without.push(i);
    else ids[count++] = i;
  }
  return { ids: ids.subarray(0, count), without };
}

/** The value id of null in this history; `NO_VALUE` where null does not occur. */
function nullId(history: History): number {
  const { value } = history.columns;
  for (let i = 0; i < history.length; i++) if (value[i]! < 0 && history.value(value[i]!) === null) return value[i]!;
  return NO_VALUE;
}

interface Repetition {
  readonly earlier: number;
  readonly later: number;
}

/** Open addressing: a slot holds the index of the first completion with that value, plus one. */
function findRepetitions(history: History, ids: Int32Array, budget: Budget): Repetition[] {
  const { value } = history.columns;
  const slots = 1 << Math.max(4, Math.ceil(Math.log2(ids.length * 2 + 1)));
  const table = new Int32Array(slots);
  const repetitions: Repetition[] = [];
  for (let k = 0; k < ids.length; k++) {
    if ((k & 0xffff) === 0) {
      ask(budget, table.byteLength + ids.byteLength);
      budget.progress(k, ids.length);
    }
    const later = ids[k]!;
    const id = value[later]!;
    let slot = (Math.imul(id, 0x9e3779b1) ^ (id >>> 15)) & (slots - 1);
    while (table[slot] !== 0 && value[table[slot]! - 1] !== id) slot = (slot + 1) & (slots - 1);
    if (table[slot] === 0) table[slot] = later + 1;
    else repetitions.push({ earlier: table[slot]! - 1, later });
  }
  return repetitions;
}

function tell(history: History, generate: string, earlier: number, later: number): Anomaly {
  const id = history.value(history.columns.value[later]!);
  return {
    type: 'duplicate-id',
    ops: [earlier, later],
    sentence: `the id ${words(id)} was handed out twice: to ${whoAt(history, earlier)} at ${whenAt(history, earlier)} and to ${whoAt(history, later)} at ${whenAt(history, later)}`,
    certificate: { kind: 'unique-ids/duplicate', data: { generate, earlier, later } },
  };
}

function openQuestions({ ids, without }: Answers, generate: string): Reason[] {
  const reasons: Reason[] = [];
  if (ids.length === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${generate}" was acknowledged with an id` });
  if (without.length > 0)
    reasons.push({ code: 'answer-without-id', message: `${without.length} acknowledged "${generate}" carry no id (event ${without[0]})` });
  return reasons;
}

/** The least and the greatest id, where all are numbers. */
function range(history: History, ids: Int32Array): { readonly least?: number; readonly greatest?: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const index of ids) {
    const id = history.columns.value[index]!;
    const number = id >= 0 ? id : history.value(id);
    if (typeof number !== 'number') return {};
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
  }
  return ids.length === 0 ? {} : { least, greatest };
}
