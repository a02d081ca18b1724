/** Judging groups of keys apart must come to the bytes that judging all of them at once does. */
import { describe, expect, it } from 'vitest';
import type { Budget, History, Reason, Result } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { checkSafely } from '../verdict/safe.ts';
import { linearizable } from './checker.ts';
import { hasKeys, operationsOf } from './problem/key-groups.ts';
import { MUTATIONS } from './testing/mutations.ts';
import { simulatedRegister } from './testing/simulated-register.ts';

const parts = linearizable.parts!;
const LARGE = { operations: 4_000, clients: 12, crashed: 0.02, keys: 9, values: 0 };

function apart(history: History, options: object, of: number, budget: Budget = UNLIMITED, lost: readonly Reason[] = []): Result {
  const parsed = linearizable.options.parse(options);
  const findings = Array.from({ length: of }, (_, index) => structuredClone(parts.find(history, parsed, { index, of }, budget)));
  return parts.merge(history, parsed, findings, lost);
}

/** With so many stale reads. */
function stale(history: History, seed: string, times: number): History {
  const rng = createRng(seed);
  let bad = history;
  for (let i = 0; i < times; i++) bad = MUTATIONS['stale-read']!.mutate(bad, rng.fork(i)) ?? bad;
  return bad;
}

describe('groups of keys', () => {
  it('hold every operation once', () => {
    const history = simulatedRegister(createRng('once'), LARGE);
    expect([9, 10].map((keys) => hasKeys(history, keys))).toEqual([true, false]);
    for (const of of [1, 2, 4]) {
      const all = Array.from({ length: of }, (_, index) => [...operationsOf(history, { index, of }).invocation]);
      expect(all.flat().sort((a, b) => a - b)).toEqual([...operationsOf(history, { index: 0, of: 1 }).invocation]);
      for (const group of all) expect(group.length).toBeGreaterThan(4_000 / of / 2);
    }
  });

  it.each([0, 1, 2, 7])('come to the same bytes as all keys at once, with %d stale reads', (times) => {
    for (const values of [0, 5]) {
      const history = stale(simulatedRegister(createRng(`same ${times} ${values}`), { ...LARGE, values }), `stale ${values}`, times);
      for (const options of [{}, { failedCas: 'observation' }, { model: 'etcd-register', init: 0 }, { engine: 'chains' }, { engine: 'frontier' }]) {
        const whole = checkSafely(linearizable, history, options, UNLIMITED);
        for (const of of [2, 3, 5]) expect(JSON.stringify(apart(history, options, of))).toBe(JSON.stringify(whole));
      }
    }
  });

  it('say which keys are open, each of them, and that the others are decided', () => {
    const history = simulatedRegister(createRng('open'), { ...LARGE, values: 5 });
    let asked = 0;
    const soonOver: Budget = { exceeded: () => (asked++ > 12 ? 'time' : false), progress: () => undefined };
    const result = apart(history, {}, 3, soonOver);
    const stats = result.stats as { undecidedKeys: number; undecided: unknown[]; keysByEngine: Record<string, number> };
    expect(result.valid).toBe('unknown');
    expect(stats.undecided.length).toBe(stats.undecidedKeys);
    expect(new Set(stats.undecided).size + Object.values(stats.keysByEngine).reduce((sum, keys) => sum + keys, 0)).toBe(9);
    expect(result).toMatchObject({ reasons: [{ code: 'budget-time', message: expect.stringMatching(/ \(of 9\) had been decided; \d other keys were$/) }] });
  });

  it('give no acquittal where one is lost, and a conviction all the same', () => {
    const history = simulatedRegister(createRng('lost'), LARGE);
    const lost = [{ code: 'checker-threw', message: 'the thread ended' }];
    expect(apart(history, {}, 2, UNLIMITED, lost)).toMatchObject({ valid: 'unknown', reasons: lost });
    expect(apart(stale(history, 'lost', 1), {}, 2, UNLIMITED, lost)).toMatchObject({ valid: false, undecided: lost });
  });

  it('refuse a history that is none of the model', () => {
    const history = simulatedRegister(createRng('foreign'), LARGE);
    expect(() => apart(history, { model: 'fifo-queue' }, 2)).toThrow('foreign to the model');
  });

  it('are made only of large histories, and not where an order is handed out', () => {
    const small = simulatedRegister(createRng('few'), LARGE);
    const options = linearizable.options.parse({});
    expect(parts.most(small, options)).toBe(1);
    const large = { columns: small.columns, length: 10_000_000 } as History;
    expect(parts.most(large, options)).toBe(9);
    expect(parts.most(large, { ...options, witness: true })).toBe(1);
    expect(parts.most(large, { ...options, consistency: 'sequential' })).toBe(1);
  });
});
