import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { compareWithDefinition } from '../testing/against-definition.ts';
import { findInjected } from '../testing/find-injected.ts';
import { type WrittenEvent, type WrittenExtras, writtenHistory } from '../testing/written-history.ts';
import { type LockCheckOptions, lock } from './lock.ts';
import { definition, injections } from './testing/cases.ts';

const check = (events: readonly WrittenEvent[], options: Partial<LockCheckOptions> = {}) =>
  lock.check(writtenHistory(events), lock.options.parse(options), UNLIMITED);
const done = (process: number, f: string, asked: Value, answer: Value, extras: WrittenExtras = {}): WrittenEvent[] => [
  [process, 'invoke', f, asked],
  [process, 'ok', f, answer, extras],
];

describe('the checker lock', () => {
  it('agrees with the definition on random histories, accuses no right one, and its certificates hold', () => {
    const { mismatches, seen } = compareWithDefinition(definition, 5_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(Object.keys(seen)).toHaveLength(injections.types.length);
  });

  it('finds each anomaly in a long history that is right otherwise, by its name, and nothing in the right one', { timeout: 300_000 }, () => {
    const lines: string[] = [];
    expect(findInjected(injections, { seed: 7, histories: 1, operations: 20_000, times: 10, onType: (line) => lines.push(line) }), lines.join('\n')).toBe(0);
  });

  it('tells the paused holder whose write came after the next one', () => {
    const result = check([
      ...done(0, 'acquire', null, { token: 1, lease: 1 }),
      ...done(1, 'acquire', null, { token: 2, lease: 1 }),
      ...done(1, 'update', { token: 2, to: 'b' }, null),
      ...done(0, 'update', { token: 1, to: 'a' }, null),
    ]);
    expect(result.valid === false && result.anomalies).toMatchObject([
      {
        type: 'stale-token',
        ops: [5, 7],
        sentence: 'the resource accepted an update with token 1 of process 0 at 0.008 s, after one with token 2 of process 1 at 0.006 s',
      },
    ]);
    expect(result.stats).toMatchObject({ acquired: 2, overlaps: 0, afterLease: 1 });
  });

  it('takes two holders at once for information, as long as the resource refuses the older', () => {
    const result = check([
      ...done(0, 'acquire', null, 1),
      ...done(1, 'acquire', null, 2),
      ...done(1, 'update', { token: 2, to: 'b' }, null),
      ...done(0, 'update', { token: 1, to: 'a' }, null, { applied: false }),
      ...done(0, 'release', 1, null),
      ...done(0, 'acquire', null, 3),
      ...done(0, 'update', { token: 3, to: 'c' }, null),
    ]);
    expect(result).toMatchObject({
      valid: true,
      stats: { overlaps: 2, firstOverlap: 'the lock was held by process 0 since 0.002 s when process 1 got it at 0.004 s', refused: 1, accepted: 2 },
    });
  });

  it('does not order updates that overlap, and believes an observer before the clients', () => {
    const concurrent: WrittenEvent[] = [
      [0, 'invoke', 'update', { token: 1 }],
      [1, 'invoke', 'update', { token: 2 }],
      [1, 'ok', 'update', null],
      [0, 'ok', 'update', null],
    ];
    expect(check(concurrent).valid).toBe(true);
    const seen = (token: number): WrittenEvent => ['observer:resource', 'info', 'update', { token }];
    expect(check([...concurrent, seen(1), seen(2)]).valid).toBe(true);
    expect(check([...concurrent, seen(2), seen(1)])).toMatchObject({ valid: false, anomalies: [{ type: 'stale-token', ops: [4, 5] }] });
  });

  it('finds the lost update where there are no tokens', () => {
    const twice = [...done(0, 'update', { from: 0, to: 1 }, null), ...done(1, 'update', { from: 0, to: 2 }, null)];
    expect(check(twice)).toMatchObject({ valid: false, anomalies: [{ type: 'lost-update', ops: [1, 3] }] });
    const back = [
      ...done(0, 'update', { from: 0, to: 1 }, null),
      ...done(1, 'update', { from: 1, to: 0 }, null),
      ...done(0, 'update', { from: 0, to: 3 }, null),
    ];
    expect(check(back, { initial: 0 }).valid).toBe(true);
  });

  it('does not know where nothing was accepted, fenced or contended', () => {
    expect(check([])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-accepted' }] });
    expect(check(done(0, 'update', 5, null))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-to-judge' }] });
    expect(check(done(0, 'update', { token: 1 }, null))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'uncontended' }] });
  });

  it('tells who had the lock since when, and does not know where updates after the lease were to be seen and none was', () => {
    const holder = (process: number, token: number, to: number) => [
      ...done(process, 'acquire', null, { token, lease: 3 }),
      ...done(process, 'update', { token, from: 0, to }, null),
    ];
    expect(check([...holder(0, 1, 1), ...holder(1, 2, 2)])).toMatchObject({
      anomalies: [
        {
          sentence:
            'the resource accepted two updates that are based on 0: of process 0 at 0.004 s (who had the lock since 0.002 s) and of process 1 at 0.008 s (who had the lock since 0.006 s); one of them is lost',
        },
      ],
    });
    const orderly = [...done(0, 'acquire', null, { token: 1, lease: 4 }), ...done(0, 'update', { token: 1 }, null), ...done(1, 'update', { token: 2 }, null)];
    expect(check(orderly).valid).toBe(true);
    expect(check(orderly, { lateUpdates: 'expected' })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-late' }] });
    const late = [...orderly, ...done(0, 'update', { token: 1 }, null, { applied: false })];
    expect(check(late, { lateUpdates: 'expected' })).toMatchObject({ valid: true, stats: { askedAfterLease: 1, afterLease: 0, refused: 1 } });
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([...done(0, 'update', { token: 1, from: 0, to: 1 }, null), ...done(1, 'update', { token: 2, from: 1, to: 2 }, null)]);
    for (const type of injections.types) {
      for (const [first, second] of [
        [1, 3],
        [3, 1],
        [3, 3],
        [0, 2],
      ] as const) {
        const certificate = { kind: `lock/${type}`, data: { update: 'update', first, second } };
        expect(verifyCertificate(history, { type, ops: [first], sentence: '', certificate }).ok, `${type} ${first} ${second}`).toBe(false);
      }
    }
  });
});
