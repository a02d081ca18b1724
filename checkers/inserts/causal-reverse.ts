/**
 * The checker `causal-reverse` (Jepsen's test of that name; FaunaDB and CockroachDB showed it): an insert that was
 * acknowledged before another began is seen wherever the other is. It holds in every strictly serializable system, and in
 * serializable ones whose snapshots are cut in real time; reads may be as stale as they like. Complete for elements that
 * are only added, each once. O(events + total size of the reads × log inserts).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { collectInserts, type Element, type InsertCollection } from './collect.ts';
import { openQuestions } from './questions.ts';

const options = z.strictObject({
  add: z.string().default('add').describe('The name of the operation that adds an element to a collection (a key).'),
  read: z.string().default('read').describe('The name of the operation that reads all elements: a list.'),
});

export type CausalReverseOptions = z.infer<typeof options>;

interface Reversed {
  /** Acknowledgement of the insert that was not seen. */
  readonly missing: number;
  /** Invocation of the one that was. */
  readonly seen: number;
  readonly at: number;
}

/** See the head of the file. */
export const causalReverse: Checker<CausalReverseOptions> = {
  name: 'causal-reverse',
  summary: 'An insert that was acknowledged before another began is seen wherever the other is.',
  options,
  check(history: History, names: CausalReverseOptions, budget: Budget): Result {
    const found: Reversed[] = [];
    let compared = 0;
    const inserts = collectInserts(history, names, budget, (_, at, contents, collection) => {
      const seen = contents.reduce((last, { invoked }) => Math.max(last, invoked), -1);
      const before = countBefore(collection.acks.view(), seen);
      if (before > 0) compared++;
      if (contents.filter(({ acked }) => acked < seen).length < before) found.push({ missing: firstMissing(collection, contents), seen, at });
    });
    const { acknowledged, reads } = inserts;
    const stats: Value = { acknowledged, reads, compared, anomalies: { 'causal-reverse': found.length } };
    const reasons = openQuestions(inserts, names);
    if (acknowledged > 0 && reads > 0 && compared === 0)
      reasons.push({ code: 'nothing-compared', message: 'no read saw an insert that had begun after another was acknowledged' });
    return conclude(
      'causal-reverse',
      stats,
      spellOut(found, (one) => tell(history, names, one)),
      reasons,
    );
  },
};

function tell(history: History, names: CausalReverseOptions, { missing, seen, at }: Reversed): Anomaly {
  const [first, second] = [history.event(history.columns.pair[missing] ?? missing).value, history.event(seen).value];
  const sentence = `${whoAt(history, at)} read ${words(second)} at ${whenAt(history, at)} and not ${words(first)}, which had been acknowledged at ${whenAt(history, missing)}, before ${words(second)} was begun at ${whenAt(history, seen)}`;
  return { type: 'causal-reverse', ops: [missing, seen, at], sentence, certificate: { kind: 'inserts/causal-reverse', data: { ...names, missing, seen, at } } };
}

/** How many of the ascending numbers are less. */
function countBefore(ascending: Int32Array, limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first insert that is acknowledged and not there. O(inserts of the collection). */
function firstMissing({ acks }: InsertCollection, contents: readonly Element[]): number {
  const there = new Set(contents.map(({ acked }) => acked));
  return acks.view().find((ack) => !there.has(ack)) ?? -1;
}
