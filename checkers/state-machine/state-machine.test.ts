import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { stateMachine } from './state-machine.ts';

const transitions = { new: ['paid', 'cancelled'], paid: ['sent'], sent: ['returned'] };
const read = (state: string): WrittenEvent[] => [
  [1, 'invoke', 'read', null],
  [1, 'ok', 'read', state],
];
const moved = (to: string, type: 'ok' | 'fail' = 'ok'): WrittenEvent[] => [
  [0, 'invoke', 'transition', to],
  [0, type, 'transition', null],
];
const accused = (...events: readonly WrittenEvent[][]) => {
  const result = stateMachine.check(writtenHistory(events.flat()), stateMachine.options.parse({ transitions }), UNLIMITED);
  return result.valid === false ? result.anomalies.map(({ type, ops }) => `${type} ${ops.at(-1)}`) : [];
};

describe('one wrong observation', () => {
  it('does not accuse those after it again and again', () => {
    expect(accused(read('new'), read('cancelled'), read('paid'), read('paid'), read('sent'), read('returned'))).toEqual(['changed-after-end 5']);
  });

  it('that shows an old state is accused alone', () => {
    expect(accused(moved('paid'), moved('sent'), read('new'), read('sent'), read('returned'))).toEqual(['lost-transition 5']);
  });

  it('of a transition that had failed accuses once', () => {
    expect(accused(read('new'), moved('paid', 'fail'), read('paid'), read('paid'))).toEqual(['failed-but-visible 5']);
  });
});
