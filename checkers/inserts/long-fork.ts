/**
 * The checker `long-fork` on inserts (Sovran et al., SOSP 2011; Jepsen's test of that name): of two reads of a collection
 * one has everything that the other has. Two that each saw an insert that the other did not cannot both be states of one
 * history: parallel snapshot isolation lets them happen, snapshot isolation does not. Reads of a collection sorted by
 * size must be nested one in the next, which is complete for elements that are only added, each once.
 * O(events + total size of the reads + reads × log reads).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { ask } from '../verdict/exhausted.ts';
import { collectInserts } from './collect.ts';
import { openQuestions } from './questions.ts';

const options = z.strictObject({
  add: z.string().default('add').describe('The name of the operation that adds an element to a collection (a key).'),
  read: z.string().default('read').describe('The name of the operation that reads all elements: a list.'),
});

export type LongForkOptions = z.infer<typeof options>;

interface Fork {
  /** The two reads, and for each the invocation of an insert that it saw and the other did not. */
  readonly reads: readonly [number, number];
  readonly only: readonly [number, number];
}

/** A read: invocations of the inserts that it saw. */
interface Seen {
  readonly at: number;
  readonly inserts: Int32Array;
}

const BYTES_PER_READ = 100;

/** See the head of the file. */
export const longFork: Checker<LongForkOptions> = {
  name: 'long-fork',
  summary: 'Of two reads of a collection that is only added to, one has everything that the other has.',
  options,
  check(history: History, names: LongForkOptions, budget: Budget): Result {
    const byKey = new Map<number, Seen[]>();
    let [reads, bytes] = [0, 0];
    const inserts = collectInserts(history, names, budget, (key, at, contents) => {
      const seen = { at, inserts: Int32Array.from(contents, ({ invoked }) => invoked) };
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [seen]);
      else known.push(seen);
      bytes += BYTES_PER_READ + 4 * contents.length;
      if ((reads++ & 0xfff) === 0) ask(budget, bytes);
    });
    const forks: Fork[] = [];
    let compared = 0;
    for (const seen of byKey.values()) {
      ask(budget, bytes);
      seen.sort((a, b) => a.inserts.length - b.inserts.length || a.at - b.at);
      for (let k = 1; k < seen.length; k++) {
        if (seen[k]!.inserts.length > 0 && seen[k - 1]!.inserts.length > 0) compared++;
        forks.push(...forkOf(seen[k - 1]!, seen[k]!));
      }
    }
    forks.sort((a, b) => a.reads[1] - b.reads[1]);
    const stats: Value = { acknowledged: inserts.acknowledged, reads: inserts.reads, compared, anomalies: { 'long-fork': forks.length } };
    const reasons = openQuestions(inserts, names);
    if (inserts.reads > 0 && compared === 0) reasons.push({ code: 'nothing-compared', message: 'no collection was read twice with something in it' });
    return conclude(
      'long-fork',
      stats,
      spellOut(forks, (fork) => tell(history, names, fork)),
      reasons,
    );
  },
};

/** None where the smaller is in the larger. */
function forkOf(smaller: Seen, larger: Seen): Fork[] {
  const there = new Set(larger.inserts);
  const only = smaller.inserts.find((insert) => !there.has(insert));
  if (only === undefined) return [];
  const known = new Set(smaller.inserts);
  // the larger has as many, and one of the smaller's it has not
  const other = larger.inserts.find((insert) => !known.has(insert))!;
  return smaller.at < larger.at ? [{ reads: [smaller.at, larger.at], only: [only, other] }] : [{ reads: [larger.at, smaller.at], only: [other, only] }];
}

function tell(history: History, names: LongForkOptions, { reads, only }: Fork): Anomaly {
  const [first, second] = only.map((insert) => words(history.event(insert).value));
  const [a, b] = reads.map((read) => `${whoAt(history, read)} at ${whenAt(history, read)}`);
  const sentence = `${a} read ${first} and not ${second}; ${b} read ${second} and not ${first}: no order of the two inserts explains both`;
  const data: Value = { ...names, reads: [...reads], only: [...only] };
  return { type: 'long-fork', ops: [...only, ...reads], sentence, certificate: { kind: 'inserts/long-fork', data } };
}
