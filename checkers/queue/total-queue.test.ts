import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { inject, phase, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { compareWithNaive } from './testing/compare.ts';
import { totalQueue } from './total-queue.ts';

const check = (events: readonly WrittenEvent[], options: object = {}) => totalQueue.check(writtenHistory(events), totalQueue.options.parse(options), UNLIMITED);

/** Types of the anomalies found, each with a certificate that the independent verifier accepts. */
function typesOf(events: readonly WrittenEvent[], options: object = {}): string[] {
  const result = check(events, options);
  if (result.valid !== false) return [`${result.valid}`, ...(result.valid === 'unknown' ? result.reasons.map(({ code }) => code) : [])];
  for (const anomaly of result.anomalies) expect(verifyCertificate(writtenHistory(events), anomaly), anomaly.sentence).toEqual({ ok: true, why: '' });
  return [...new Set(result.anomalies.map(({ type }) => type))];
}

const ERROR = { error: { code: 'refused', message: '' } };
const enqueue = (process: number, message: Value, type: 'ok' | 'fail' | 'info' = 'ok', node = 'n1'): WrittenEvent[] => [
  [process, 'invoke', 'enqueue', message, { node }],
  [process, type, 'enqueue', message, { node, ...(type !== 'ok' && ERROR) }],
];
const dequeue = (process: number, delivery: Value, node = 'n1'): WrittenEvent[] => [
  [process, 'invoke', 'dequeue', null, { node }],
  [process, 'ok', 'dequeue', delivery, { node }],
];
const unanswered = (process: number, f = 'dequeue'): WrittenEvent[] => [
  [process, 'invoke', f, null, { node: 'n1' }],
  [process, 'info', f, null, { node: 'n1', ...ERROR }],
];
const FINAL = phase('final-reads');
const drain = (deliveries: Value, node = 'n1'): WrittenEvent[] => [
  [900, 'invoke', 'drain', null, { node }],
  [900, 'ok', 'drain', deliveries, { node }],
];

describe('the checker total-queue', () => {
  it('agrees with the definition on random histories, and its certificates hold', () => {
    expect(compareWithNaive(4_000, 20_261_126)).toMatchObject({ histories: 4_000, mismatches: [] });
  });

  it('is content where all that was acknowledged is delivered', () => {
    expect(typesOf([...enqueue(0, 1), ...enqueue(1, 2), ...dequeue(2, 1), FINAL, ...drain([2])])).toEqual(['true']);
  });

  it('tells which message is lost, when it was confirmed and by whom', () => {
    const result = check([...enqueue(0, 1, 'ok', 'n2'), ...enqueue(1, 2, 'ok', 'n2'), FINAL, ...drain([2]), ...drain([], 'n2')]);
    expect(result.valid === false && result.anomalies).toMatchObject([
      {
        type: 'lost',
        ops: [0, 1, 7, 8],
        sentence:
          'process 0 on n2 was told at 0.002 s that message 1 had been enqueued, and no delivery up to the end of the final drain at 0.009 s contains it',
      },
    ]);
    expect(result.stats).toMatchObject({ lost: 1, lostByNode: { n2: { messages: 1, firstMs: 2, lastMs: 2 } } });
  });

  it.each<[string, WrittenEvent[]]>([
    ['there was none', [...enqueue(0, 1), ...enqueue(0, 2), ...dequeue(1, 2)]],
    ['it came before the final phase', [...enqueue(0, 1), ...enqueue(0, 2), ...drain([2]), FINAL]],
    ['it stopped before the queue was empty', [...enqueue(0, 1), ...enqueue(0, 2), FINAL, ...drain({ partial: [2] })]],
    ['a node that was used did not drain', [...enqueue(0, 1), ...enqueue(0, 2, 'ok', 'n2'), FINAL, ...drain([2])]],
    ['an enqueue was still under way', [...enqueue(0, 2), [1, 'invoke', 'enqueue', 1, { node: 'n1' }], FINAL, ...drain([2]), [1, 'ok', 'enqueue', 1]]],
    ['a drain that broke off came last', [...enqueue(0, 1), ...enqueue(0, 2), FINAL, ...drain([2]), ...unanswered(7, 'drain')]],
    ['a fault came later', [...enqueue(0, 1), ...enqueue(0, 2), ...drain([2]), ...inject('inject', 'kill-0', 'kill', [])]],
  ])('does not know what is lost where the final drain is not complete: %s', (_, events) => {
    expect(typesOf(events, { unknownTakes: 'remove-nothing' })).toEqual(['unknown', 'drain-incomplete']);
  });

  it('knows nothing where nothing was acknowledged, delivered, or left to be drained', () => {
    expect(typesOf([...enqueue(0, 1, 'info'), FINAL, ...drain([])])).toEqual(['unknown', 'nothing-acknowledged']);
    expect(typesOf([...enqueue(0, 1), ...dequeue(1, 1), FINAL, ...drain([])])).toEqual(['unknown', 'drain-empty']);
    expect(typesOf([])).toEqual(['unknown', 'nothing-acknowledged']);
    expect(typesOf([...enqueue(0, 1), ...dequeue(1, []), FINAL, ...drain([1])])).toEqual(['unknown', 'malformed-delivery']);
    expect(typesOf([...enqueue(0, 1), [3, 'invoke', 'purge', null], [3, 'ok', 'purge', null], FINAL, ...drain([])])).toContain('foreign-operations');
  });

  it('counts on those whose answer is not known to have taken what is missing, and no more than that', () => {
    const events = [...enqueue(0, 1), ...enqueue(0, 2), ...enqueue(0, 3), ...unanswered(5), FINAL, ...drain([3])];
    const result = check(events);
    expect(typesOf(events)).toEqual(['lost']);
    expect(result).toMatchObject({ valid: false, stats: { lost: 1, missing: 2 }, anomalies: [{ certificate: { kind: 'queue/lost-some' } }] });
    expect(typesOf(events.slice(2))).toEqual(['unknown', 'perhaps-taken']);
    expect(check(events, { unknownTakes: 'remove-nothing' })).toMatchObject({ stats: { lost: 2 } });
    expect(typesOf([...enqueue(0, 1), ...enqueue(0, 2), ...unanswered(5, 'drain'), FINAL, ...drain([2])])).toEqual(['unknown', 'perhaps-taken']);
  });

  it('takes another delivery for a redelivery until an acknowledgement is confirmed, then for a duplicate', () => {
    const withAck = (ack: object): WrittenEvent[] => [...enqueue(0, 1), ...dequeue(1, { message: 1, ...ack }), ...dequeue(2, 1), ...enqueue(0, 2)];
    const rest = [FINAL, ...drain([2])];
    expect(typesOf([...withAck({}), ...rest])).toEqual(['true']);
    expect(typesOf([...withAck({ ack: 'unknown' }), ...rest])).toEqual(['true']);
    expect(typesOf([...withAck({ ack: 'returned' }), ...rest])).toEqual(['true']);
    expect(check([...withAck({}), ...rest]).stats).toMatchObject({ redelivered: 1, duplicated: 0 });
    expect(typesOf([...withAck({ ack: 'confirmed' }), ...rest])).toEqual(['duplicate']);
    expect(check([...withAck({ ack: 'confirmed' }), ...rest]).stats).toMatchObject({ redelivered: 0, duplicated: 1 });
    // asked for before the first was acknowledged
    const overlapping: WrittenEvent[] = [...enqueue(0, 1), [2, 'invoke', 'dequeue', null, { node: 'n1' }], ...dequeue(1, 1), [2, 'ok', 'dequeue', 1]];
    expect(typesOf([...overlapping, ...enqueue(0, 2), ...rest])).toEqual(['true']);
    // what was enqueued twice may come twice
    expect(typesOf([...enqueue(0, 1), ...enqueue(0, 1), ...dequeue(1, 1), ...dequeue(2, 1), ...enqueue(0, 2), ...rest])).toEqual([
      'unknown',
      'ambiguous-messages',
    ]);
  });

  it('counts an unknown enqueue that appears as recovered, a failed one as visible, and one never made as unexpected', () => {
    const events = [...enqueue(0, 1, 'info'), ...enqueue(1, 2), ...dequeue(2, 1), FINAL, ...drain([2])];
    expect(typesOf(events)).toEqual(['true']);
    expect(check(events).stats).toMatchObject({ recovered: 1 });
    expect(typesOf([...enqueue(0, 1, 'fail'), ...enqueue(1, 2), ...dequeue(2, 1), FINAL, ...drain([2])])).toEqual(['failed-but-visible']);
    expect(typesOf([...enqueue(1, 2), ...dequeue(2, 'ghost'), FINAL, ...drain([2])])).toEqual(['unexpected']);
    expect(typesOf([...dequeue(2, 2), ...enqueue(1, 2), ...enqueue(1, 3), FINAL, ...drain([2, 3])])).toContain('unexpected');
  });

  it('judges the order of each producer where it is promised', () => {
    const swapped = [...enqueue(0, 1), ...enqueue(0, 2), ...enqueue(1, 3), ...dequeue(2, 2), ...dequeue(3, 1), FINAL, ...drain([3])];
    expect(typesOf(swapped)).toEqual(['true']);
    expect(typesOf(swapped, { order: 'fifo' })).toEqual(['reordered']);
    const inDrain = [...enqueue(0, 1), ...enqueue(0, 2), FINAL, ...drain([2, 1])];
    expect(typesOf(inDrain, { order: 'fifo' })).toEqual(['reordered']);
    // of two producers, and where somebody else may have held it before
    expect(typesOf([...enqueue(0, 1), ...enqueue(1, 2), FINAL, ...drain([2, 1])], { order: 'fifo' })).toEqual(['true']);
    expect(typesOf([...unanswered(8), ...inDrain], { order: 'fifo' })).toEqual(['true']);
    const told = (redelivered: boolean): Value => [{ message: 2 }, { message: 1, redelivered }];
    expect(typesOf([...unanswered(8), ...inDrain.slice(0, 5), ...drain(told(false))], { order: 'fifo' })).toEqual(['reordered']);
    expect(typesOf([...inDrain.slice(0, 5), ...drain(told(true))], { order: 'fifo' })).toEqual(['true']);
  });

  it('judges for how long a delivery is hidden from others, where it is told, by the widest reading of the times', () => {
    const twice = (ack: string): WrittenEvent[] => [
      ...enqueue(0, 1),
      ...dequeue(1, { message: 1, ack }),
      [2, 'invoke', 'dequeue', null, { node: 'n1', at: 10 }],
      [2, 'ok', 'dequeue', { message: 1 }, { node: 'n1', at: 33 }],
      FINAL,
      ...drain([1]),
    ];
    expect(typesOf(twice('unknown'))).toEqual(['true']);
    expect(typesOf(twice('unknown'), { visibilityMs: 31 })).toContain('early-redelivery');
    // given back, the first may come again at once; the second one was not, and the drain has it again
    expect(typesOf(twice('returned'), { visibilityMs: 20 })).toEqual(['true']);
    expect(typesOf(twice('returned'), { visibilityMs: 31 })).toEqual(['early-redelivery']);
  });

  it('counts what is only among the dead letters as kept, or as lost where that is asked', () => {
    const events = [...enqueue(0, 1), ...enqueue(0, 2), ...dequeue(3, { message: 1, deadLetter: true }), FINAL, ...drain([2])];
    expect(typesOf(events)).toEqual(['true']);
    expect(check(events).stats).toMatchObject({ deadLettered: 1 });
    expect(typesOf(events, { deadLetters: 'lost' })).toEqual(['dead-lettered']);
  });

  it('judges each queue by itself', () => {
    const keyed = (events: readonly WrittenEvent[], key: string): WrittenEvent[] => events.map(([p, t, f, v, extras]) => [p, t, f, v, { ...extras, key }]);
    const one = keyed([...enqueue(0, 1), ...enqueue(0, 2)], 'a');
    expect(typesOf([...one, ...keyed(enqueue(0, 1), 'b'), FINAL, ...keyed(drain([1, 2]), 'a'), ...keyed(drain([1]), 'b')])).toEqual(['true']);
    expect(typesOf([...one, ...keyed(enqueue(0, 3), 'b'), FINAL, ...keyed(drain([1, 2, 3]), 'a'), ...keyed(drain([]), 'b')])).toEqual(['unexpected', 'lost']);
  });

  it('finds each anomaly in a long history that is right otherwise, and nothing in the right one', () => {
    const good: WrittenEvent[] = [];
    const MESSAGES = 3_000;
    for (let n = 0; n < MESSAGES; n++) good.push(...enqueue(n % 7, n, n % 11 === 3 ? 'info' : 'ok'), ...(n % 3 === 0 ? dequeue(8, n / 3) : []));
    const rest = Array.from({ length: MESSAGES - MESSAGES / 3 }, (_, i) => i + MESSAGES / 3);
    const whole = (events: readonly WrittenEvent[], left: readonly Value[] = rest): WrittenEvent[] => [...events, FINAL, ...drain(left)];
    const fifo = { order: 'fifo', visibilityMs: 1e9 };
    expect(typesOf(whole(good), fifo)).toEqual(['true']);
    const rng = createRng('plant');
    for (let n = 0; n < 3; n++) {
      const at = 77 * rng.int(1, 12);
      const victim = MESSAGES / 3 + at;
      const index = good.findIndex(([, type, f, value]) => type === 'ok' && f === 'enqueue' && value === victim);
      const taken = good.findIndex(([, type, f, value]) => type === 'ok' && f === 'dequeue' && value === at);
      expect(typesOf(whole(good, rest.toSpliced(at, 1)), fifo)).toEqual(['lost']);
      expect(typesOf(whole([...good, ...dequeue(9, at)]), { order: 'fifo' })).toEqual(['duplicate']);
      expect(typesOf(whole(good.toSpliced(index, 1, [victim % 7, 'fail', 'enqueue', victim, { node: 'n1', ...ERROR }])), fifo)).toEqual(['failed-but-visible']);
      expect(typesOf(whole(good.toSpliced(taken + 1, 0, ...dequeue(9, MESSAGES + n))), fifo)).toEqual(['unexpected']);
      expect(typesOf(whole(good, rest.toSpliced(at, 1).toSpliced(at + 30, 0, victim)), fifo)).toEqual(['reordered']);
      expect(typesOf(whole(good.toSpliced(taken, 1, [8, 'ok', 'dequeue', { message: at }, { node: 'n1' }]), [...rest, at]), fifo)).toEqual([
        'early-redelivery',
      ]);
    }
  });

  it('refuses wrong certificates', () => {
    const events = [...enqueue(0, 1), ...enqueue(0, 2), ...dequeue(1, 1), ...enqueue(0, 3, 'fail'), FINAL, ...drain([2])];
    const history = writtenHistory(events);
    const names = { enqueue: 'enqueue', dequeue: 'dequeue', drain: 'drain' };
    const why = (kind: string, data: object) =>
      verifyCertificate(history, { type: kind, ops: [0], sentence: '', certificate: { kind: `queue/${kind}`, data: { ...names, message: 1, ...data } } }).why;
    expect(why('lost', { ack: 1 })).toBe('it was delivered');
    expect(why('lost', { ack: 5 })).toBe('the message was not acknowledged');
    expect(why('lost', { ack: 7, message: 3 })).toBe('the message was not acknowledged');
    expect(why('lost-some', { acks: [1], hidden: 0 })).toBe('a message was delivered');
    expect(why('duplicate', { first: 5, second: 5 })).toBe('the second may have been under way before the first was acknowledged');
    expect(why('duplicate', { first: 5, second: 10 })).not.toBe('');
    expect(why('unexpected', { at: 5 })).toBe('it may have been enqueued before');
    expect(why('failed-but-visible', { at: 10, message: 3 })).toBe('it was not delivered there');
    expect(why('early-redelivery', { first: 5, second: 5, visibilityMs: 100 })).toBe('the second may have come first');
    expect(why('reordered', { after: 2, earlier: 5, later: 10 })).toBe('the first may have been delivered first');
    expect(why('dead-lettered', { ack: 1, at: 5 })).toBe('it was delivered as well');
  });
});
