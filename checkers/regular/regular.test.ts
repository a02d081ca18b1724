import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { linearizable } from '../linearizability/checker.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { regular } from './regular.ts';
import { regularTrial } from './testing/trial.ts';

const judge = (history: ReturnType<typeof writtenHistory>, options: Record<string, unknown> = {}) =>
  regular.check(history, regular.options.parse(options), UNLIMITED);

describe('regularity', () => {
  it('is weaker with each definition: linearizable, one order of writes, any order', () => {
    const convicted = { linearizable: 0, 'one-order': 0, 'any-order': 0 };
    for (let n = 0; n < 500; n++) {
      const rng = createRng('weaker').fork(n);
      // the model of a register knows no writes that a condition refuses
      const events = regularTrial
        .random((limit) => rng.int(0, limit - 1))
        .map((event): WrittenEvent => (event[4]?.applied === false ? [event[0], 'fail', event[2], null, { key: event[4].key! }] : event));
      const history = writtenHistory(events);
      const strict = linearizable.check(history, linearizable.options.parse({ model: 'cas-register', init: null }), UNLIMITED).valid === false;
      const [one, any] = (['one-order', 'any-order'] as const).map((writes) => judge(history, { init: null, writes }).valid === false);
      expect([n, one && !strict, any && !one]).toEqual([n, false, false]);
      if (strict) convicted.linearizable++;
      if (one) convicted['one-order']++;
      if (any) convicted['any-order']++;
    }
    expect(convicted.linearizable).toBeGreaterThan(convicted['one-order']);
    expect(convicted['one-order']).toBeGreaterThan(convicted['any-order']);
  });

  it('lets new values be seen before old ones, which linearizability does not', () => {
    const inverted = writtenHistory([
      [0, 'invoke', 'write', 1],
      [0, 'ok', 'write', 1],
      [0, 'invoke', 'write', 2],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 2],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 1],
      [0, 'ok', 'write', 2],
    ]);
    expect(judge(inverted, { writes: 'one-order', init: null }).valid).toBe(true);
    expect(linearizable.check(inverted, linearizable.options.parse({ model: 'register', init: null }), UNLIMITED).valid).toBe(false);
  });

  it('does not know of values from nowhere, nor of compare-and-sets, and says so', () => {
    const nowhere = writtenHistory([
      [0, 'invoke', 'cas', [0, 1]],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 0],
      [0, 'ok', 'cas', [0, 1]],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 1],
    ]);
    expect(judge(nowhere)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'values-from-nowhere' }], undecided: [{ code: 'compare-not-judged' }] });
    expect(judge(nowhere, { init: 0 })).toMatchObject({ valid: true, undecided: [{ code: 'compare-not-judged' }] });
    expect(judge(nowhere, { init: 5 })).toMatchObject({ valid: false, anomalies: [{ type: 'unexpected-value' }] });
  });

  it('convicts nobody where something else may have written', () => {
    const foreign = writtenHistory([
      [0, 'invoke', 'write', 1],
      [0, 'ok', 'write', 1],
      [0, 'invoke', 'reset', null],
      [0, 'ok', 'reset', null],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', null],
    ]);
    expect(judge(foreign)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'foreign-operations' }] });
  });
});
