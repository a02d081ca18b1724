import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { compareWithDefinition } from '../testing/against-definition.ts';
import { findInjected } from '../testing/find-injected.ts';
import { phase, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { type LogCheckOptions, log } from './log.ts';
import { definition, injections } from './testing/cases.ts';

const check = (events: readonly WrittenEvent[], options: Partial<LogCheckOptions> = {}) =>
  log.check(writtenHistory(events), log.options.parse(options), UNLIMITED);
const done = (process: number, f: string, asked: Value, answer: Value): WrittenEvent[] => [
  [process, 'invoke', f, asked],
  [process, 'ok', f, answer],
];
const send = (process: number, value: Value, offset: number | null, key: Value = 0) =>
  done(process, 'send', [['send', key, value]], [['send', key, [offset, value]]]);
const poll = (process: number, ...records: readonly Value[]) => done(process, 'poll', [['poll']], [['poll', { 0: records }]]);
const empty = (process: number) => done(process, 'poll', [['poll']], [['poll', {}]]);
const typesOf = (result: ReturnType<typeof check>) => (result.valid === false ? result.anomalies.map(({ type }) => type) : []);

describe('the checker log', () => {
  it('agrees with the definition on random histories, accuses no right one, and its certificates hold', () => {
    const { mismatches, convicted } = compareWithDefinition(definition, 4_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(convicted).toBeGreaterThan(1_000);
  });

  it('finds each anomaly in a long history that is right otherwise, by its name, and nothing in the right one', { timeout: 600_000 }, () => {
    const lines: string[] = [];
    expect(findInjected(injections, { seed: 7, histories: 1, operations: 4_000, times: 10, onType: (line) => lines.push(line) }), lines.join('\n')).toBe(0);
    expect(lines).toHaveLength(1 + injections.types.length);
  });

  it('tells a loss with the consumer that passed it', () => {
    const result = check([...send(0, 7, 0), ...send(0, 8, 1), ...send(0, 9, 2), ...poll(1, [0, 7], [2, 9])]);
    expect(result.valid === false && result.anomalies).toMatchObject([
      {
        type: 'lost-write',
        ops: [3, 7],
        sentence:
          '8 in "0", acknowledged at offset 1 to process 0 at 0.004 s, was never polled by anybody, though process 1 had read offset 0 and then offset 2 at 0.008 s',
      },
    ]);
  });

  it('does not know of a tail that nobody read, and convicts where a final consumer has read to the end', () => {
    const sent = [...send(0, 7, 0), ...poll(1, [0, 7]), ...send(0, 8, 1)];
    expect(check(sent)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'no-final-poll' }] });
    const read = [...sent, ...poll(2, [0, 7])];
    expect(check([...read, ...empty(2), ...empty(2)])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'no-final-poll' }] });
    expect(typesOf(check([...read, ...empty(2), ...empty(2), ...empty(2)]))).toEqual(['unseen']);
    // a consumer that was there before may have had it in an answer that nobody saw
    const old: WrittenEvent[] = [...sent, [1, 'invoke', 'poll', [['poll']]], [1, 'fail', 'poll', [['poll']]]];
    expect(check([...old, ...empty(1), ...empty(1), ...empty(1)])).toMatchObject({ valid: 'unknown' });
    expect(typesOf(check([phase('workload'), ...sent, phase('final-reads'), ...poll(2, [0, 7]), ...empty(2), ...empty(2), ...empty(2)]))).toEqual(['unseen']);
  });

  it('takes an unknown send that was polled for sent, and an unknown transaction that was polled in part for torn', () => {
    const txn: Value = [
      ['send', 0, 7],
      ['send', 1, 8],
    ];
    const events: WrittenEvent[] = [...send(0, 1, 0), [1, 'invoke', 'txn', txn], [1, 'info', 'txn', txn], ...poll(2, [0, 1], [1, 7])];
    expect(check(events)).toMatchObject({ valid: 'unknown', stats: { sends: { recovered: 1, unknown: 1 } } });
    expect(typesOf(check([...events, ...empty(2), ...empty(2), ...empty(2)]))).toEqual(['torn-transaction']);
  });

  it('excuses skips after a rebalance and an assignment, and names them without', () => {
    const sent = [...send(0, 7, 0), ...send(0, 8, 1), ...send(0, 9, 2), ...poll(1, [0, 7], [1, 8], [2, 9])];
    const skips = (...between: readonly WrittenEvent[]): WrittenEvent[] => [...sent, ...poll(2, [0, 7]), ...between, ...poll(2, [2, 9])];
    expect(typesOf(check(skips()))).toEqual(['poll-skip']);
    expect(check(skips(...done(2, 'assign', [0], [0]))).valid).toBe(true);
    expect(
      check(
        skips(
          ...done(
            2,
            'poll',
            [['poll']],
            [
              ['rebalance', [0]],
              ['poll', {}],
            ],
          ),
        ),
      ).valid,
    ).toBe(true);
    expect(
      typesOf(
        check(
          skips(
            ...done(
              2,
              'poll',
              [['poll']],
              [
                ['rebalance', [1]],
                ['poll', {}],
              ],
            ),
          ),
        ),
      ),
    ).toEqual(['poll-skip']);
    const group = [...sent, ...done(2, 'subscribe', [0], [0]), ...poll(2, [0, 7]), ...poll(2, [2, 9])];
    expect(check(group).valid).toBe(true);
    expect(typesOf(check(group, { rebalances: 'recorded' }))).toEqual(['poll-skip']);
    expect(typesOf(check([...sent, ...done(2, 'subscribe', [0], [0]), ...poll(2, [0, 7], [2, 9])]))).toEqual(['int-poll-skip']);
  });

  it('counts what is allowed and does not convict of it', () => {
    const events = [...send(0, 7, 1), ...send(0, 8, 0), ...poll(1, [0, 8], [1, 7])];
    expect(typesOf(check(events))).toEqual(['nonmonotonic-send']);
    expect(check(events, { allow: ['nonmonotonic-send'] })).toMatchObject({ valid: true, stats: { anomalies: { 'nonmonotonic-send': 1 } } });
  });

  it('does not know where nothing was acknowledged, polled or understood', () => {
    expect(check([])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-acknowledged' }] });
    expect(check(send(0, 7, 0))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-polled' }, { code: 'no-final-poll' }] });
    expect(check([...send(0, 7, 0), ...poll(1, [0, 7]), ...done(0, 'truncate', null, null)])).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'foreign-operations' }],
    });
    expect(check([...send(0, 7, 0), ...poll(1, [0, 7]), ...done(0, 'send', 5, 5)])).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'malformed-operation' }],
    });
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([...send(0, 7, 0), ...send(0, 8, 1), ...poll(1, [0, 7], [1, 8]), ...empty(1), ...empty(1), ...empty(1)]);
    const common = { rebalances: 'any-time', caughtUpAfter: 3, key: '0', value: 8, offset: 1, ack: 3, before: 5, beforeOffset: 0, after: 5, afterOffset: 1 };
    const data = {
      ...common,
      first: 3,
      second: 5,
      other: 8,
      at: 5,
      failed: 3,
      end: 11,
      skipped: 1,
      seen: 5,
      invoke: 2,
      earlierValue: 7,
      seenKey: '0',
      seenValue: 7,
      read: 5,
    };
    for (const type of injections.types) {
      const anomaly = { type, ops: [0], sentence: '', certificate: { kind: `log/${type}`, data } };
      expect(verifyCertificate(history, anomaly).ok, type).toBe(false);
    }
  });
});
