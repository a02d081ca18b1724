import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { writtenHistory } from '../../testing/written-history.ts';
import { linearizable } from '../checker.ts';
import { builtInModel } from '../models/catalogue.ts';
import { randomHistory, registerOperations } from '../testing/random-history.ts';
import { type KeyOrder, replayLinearization } from './replay-linearization.ts';

const model = builtInModel('cas-register', null);

/** The linearization that the checker hands out; undefined where the history has none. */
function handedOut(history: History): readonly KeyOrder[] | undefined {
  const result = linearizable.check(history, linearizable.options.parse({ init: null, witness: true }), UNLIMITED);
  expect(result.valid).not.toBe('unknown');
  return (result.stats as { linearization?: readonly KeyOrder[] }).linearization;
}

describe('replaying a linearization', () => {
  // 0: write 1 [0, 2]   1: read 1 [1, 3]   4: write 2 [4, ∞)   5: read 1 [5, 6]   7: a failed write   9: on another key
  const history = writtenHistory([
    [0, 'invoke', 'write', 1, { key: 'a' }],
    [1, 'invoke', 'read', null, { key: 'a' }],
    [0, 'ok', 'write', 1, { key: 'a' }],
    [1, 'ok', 'read', 1, { key: 'a' }],
    [2, 'invoke', 'write', 2, { key: 'a' }],
    [3, 'invoke', 'read', null, { key: 'a' }],
    [3, 'ok', 'read', 1, { key: 'a' }],
    [4, 'invoke', 'write', 3, { key: 'a' }],
    [4, 'fail', 'write', 3, { key: 'a' }],
    [4, 'invoke', 'write', 4, { key: 'b' }],
    [4, 'ok', 'write', 4, { key: 'b' }],
  ]);
  const replay = (a: number[], b: number[] = [9]) =>
    replayLinearization(
      history,
      model,
      [
        { key: 'a', order: a },
        { key: 'b', order: b },
      ],
      'no-op',
    );

  it('accepts an order that explains everything, with or without the unknown ones', () => {
    expect(replay([0, 1, 5])).toMatchObject({ ok: true });
    expect(replay([0, 1, 5, 4])).toMatchObject({ ok: true });
  });

  it.each([
    ['an operation that completed is missing', [0, 5], /operation 1 completed and is missing/],
    ['an operation stands twice', [0, 1, 1, 5], /twice/],
    ['the real-time order is broken', [0, 5, 1], /had returned before/],
    ['the model does not accept it', [1, 0, 5], /cannot happen/],
    ['an unknown operation does harm', [0, 1, 4, 5], /cannot happen/],
    ['it names what failed', [0, 1, 5, 7], /not the invocation/],
    ['it names what is no invocation', [0, 1, 5, 2], /not the invocation/],
    ['it names an operation on another key', [0, 1, 5, 9], /not the invocation/],
  ])('refuses it when %s', (_, order, why) => {
    expect(replay(order)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });

  it('refuses it when a key is missing, stands twice, or is not there', () => {
    const a = { key: 'a', order: [0, 1, 5] };
    const b = { key: 'b', order: [9] };
    expect(replayLinearization(history, model, [a], 'no-op')).toMatchObject({ ok: false, why: 'key "b": operation 9 completed and is missing' });
    expect(replayLinearization(history, model, [a, b, b], 'no-op')).toMatchObject({ ok: false, why: 'a key stands twice' });
    expect(replayLinearization(history, model, [a, b, { key: 'c', order: [] }], 'no-op')).toMatchObject({ ok: false });
  });

  it('takes a failed condition for what it saw, where that is how it is read', () => {
    const failed = writtenHistory([
      [0, 'invoke', 'write', 7],
      [0, 'ok', 'write', 7],
      [1, 'invoke', 'cas', [5, 9]],
      [1, 'fail', 'cas', [5, 9]],
    ]);
    const orders = (order: number[]) => [{ key: null, order }];
    expect(replayLinearization(failed, model, orders([0, 2]), 'observation')).toMatchObject({ ok: true });
    expect(replayLinearization(failed, model, orders([0]), 'observation')).toMatchObject({ ok: false });
    expect(replayLinearization(failed, model, orders([0]), 'no-op')).toMatchObject({ ok: true });
  });

  it('accepts what the checker hands out, and nothing with two of it exchanged that real time or the model keeps apart', () => {
    let refused = 0;
    let accepted = 0;
    for (let i = 0; i < 400; i++) {
      const history = randomHistory(createRng('orders').fork(i), { model, ...registerOperations(4), operations: 10, crashed: 0.2, corrupted: 0, overlap: 3 });
      const orders = handedOut(history);
      if (orders === undefined) continue;
      expect(replayLinearization(history, model, orders, 'no-op')).toMatchObject({ ok: true });
      accepted++;
      const [first] = orders;
      if (first === undefined || first.order.length < 2) continue;
      const last = first.order.at(-1)!;
      const exchanged = [last, ...first.order.slice(1, -1), first.order[0]!];
      if (!replayLinearization(history, model, [{ ...first, order: exchanged }, ...orders.slice(1)], 'no-op').ok) refused++;
    }
    expect(accepted).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(100);
  });
});
