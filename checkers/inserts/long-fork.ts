/**
 * The checker `long-fork` on inserts (Sovran et al., SOSP 2011; Jepsen's test of that name): of two reads of a collection
 * one has everything that the other has. Two that each saw an insert that the other did not cannot both be states of one
 * history: parallel snapshot isolation lets them happen, snapshot isolation does not. Complete for elements that are only
 * added, each once. What is counted are reads that fork from those before them. Which of two is wrong nobody knows: one that
 * forks from a single state replaces it; one that forks from several is left out. So one wrong read is not held against all
 * that come after it. O(events + total size of the reads × log size).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { ask } from '../verdict/exhausted.ts';
import { collectInserts } from './collect.ts';
import { openQuestions } from './questions.ts';
import { firstBeyond, StateChain } from './state-chain.ts';

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

/** See the head of the file. */
export const longFork: Checker<LongForkOptions> = {
  name: 'long-fork',
  summary: 'Of two reads of a collection that is only added to, one has everything that the other has.',
  options,
  check(history: History, names: LongForkOptions, budget: Budget): Result {
    const chains = new Map<number, StateChain>();
    const forks: Fork[] = [];
    let [compared, held] = [0, 0];
    const inserts = collectInserts(history, names, budget, (key, at, contents) => {
      let chain = chains.get(key);
      if (chain === undefined) {
        chain = new StateChain();
        chains.set(key, chain);
      }
      const state = { at, inserts: Int32Array.from(contents, ({ invoked }) => invoked).sort() };
      if (state.inserts.length > 0 && chain.isBegun) compared++;
      const before = chain.bytes;
      const other = chain.take(state);
      held += chain.bytes - before;
      if ((at & 0x3f) === 0) ask(budget, held);
      if (other !== undefined) forks.push({ reads: [other.at, at], only: [firstBeyond(other, state)!, firstBeyond(state, other)!] });
    });
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

function tell(history: History, names: LongForkOptions, { reads, only }: Fork): Anomaly {
  const [first, second] = only.map((insert) => words(history.event(insert).value));
  const [a, b] = reads.map((read) => `${whoAt(history, read)} at ${whenAt(history, read)}`);
  const sentence = `${a} read ${first} and not ${second}; ${b} read ${second} and not ${first}: no order of the two inserts explains both`;
  const data: Value = { ...names, reads: [...reads], only: [...only] };
  return { type: 'long-fork', ops: [...only, ...reads], sentence, certificate: { kind: 'inserts/long-fork', data } };
}
