import { expect, it } from 'vitest';
import { UNLIMITED } from '../../../checkers/budget/budget.ts';
import { sideEffects } from '../../../checkers/side-effects/side-effects.ts';
import { type WrittenEvent, writtenHistory } from '../../../checkers/testing/written-history.ts';
import type { Anomaly } from '../../../harness/contracts/index.ts';
import { tellEffects } from './effects.ts';

const asked: WrittenEvent = [0, 'invoke', 'order', { amount: 3 }, { key: 7 }];
const effect = (key: number): WrittenEvent => ['observer:ledger', 'info', 'effect', { amount: 3 }, { key }];
const done: WrittenEvent = [0, 'ok', 'order', null, { key: 7 }];
const end: WrittenEvent = ['observer:ledger', 'info', 'complete', 'keyed'];

function told(...events: readonly WrittenEvent[]) {
  const history = writtenHistory(events);
  const result = sideEffects.check(history, sideEffects.options.parse({ request: 'order' }), UNLIMITED);
  return tellEffects(history, (result as { readonly anomalies: readonly Anomaly[] }).anomalies[0]!);
}

it('tells when the outside world carried a request out, or that it never did', () => {
  expect(told(asked, effect(7), effect(7), done, end)).toMatchObject({ thus: 'The outside world carried it out at 0.002 s and at 0.003 s.', hits: [0] });
  expect(told(asked, done, end)).toMatchObject({ thus: 'The outside world never carried it out.', hits: [0] });
  expect(told(asked, effect(8), effect(7), done, end)).toMatchObject({ ops: [] });
});
