import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { uniqueIds } from './unique-ids.ts';

const given = (ids: readonly Value[]): WrittenEvent[] =>
  ids.flatMap((id, i): WrittenEvent[] => [
    [i % 5, 'invoke', 'generate', null],
    [i % 5, 'ok', 'generate', id],
  ]);
const check = (events: WrittenEvent[]) => uniqueIds.check(writtenHistory(events), uniqueIds.options.parse({}), UNLIMITED);

describe('the checker unique-ids', () => {
  it('agrees with a set of all ids, whatever they are', () => {
    const id = fc.oneof(fc.nat(60), fc.integer(), fc.string({ maxLength: 2 }), fc.tuple(fc.nat(4), fc.nat(4)), fc.constant(2 ** 40 + 1));
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 40 }), (ids) => {
        const history = writtenHistory(given(ids as Value[]));
        const result = check(given(ids as Value[]));
        const distinct = new Set(ids.map((item) => JSON.stringify(item === 0 ? 0 : item)));
        expect(result.valid).toBe(distinct.size === ids.length);
        expect(result.stats).toMatchObject({ acknowledged: ids.length, duplicated: ids.length - distinct.size });
        if (result.valid === false) for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly).ok).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('names both who got the id', () => {
    const result = check(given(['a', 'b', 'a']));
    expect(result.valid === false && result.anomalies[0]).toMatchObject({
      type: 'duplicate-id',
      ops: [1, 5],
      sentence: 'the id "a" was handed out twice: to process 0 at 0.002 s and to process 2 at 0.006 s',
    });
  });

  it('takes ids of failed and unknown requests for nothing', () => {
    expect(
      check([...given([1]), [1, 'invoke', 'generate', 1], [1, 'info', 'generate', 1], [2, 'invoke', 'generate', 1], [2, 'fail', 'generate', 1]]).valid,
    ).toBe(true);
  });

  it('does not know where nothing, or no id, was answered', () => {
    expect(check([])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-acknowledged' }] });
    expect(check(given([1, null]))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'answer-without-id' }] });
    expect(check(given([1, 1, null]))).toMatchObject({ valid: false, undecided: [{ code: 'answer-without-id' }] });
  });

  it('a wrong certificate is refused', () => {
    const history = writtenHistory(given([1, 2, 1]));
    const anomaly = (earlier: number, later: number) => ({
      type: 'duplicate-id',
      ops: [earlier],
      sentence: '',
      certificate: { kind: 'unique-ids/duplicate', data: { generate: 'generate', earlier, later } },
    });
    expect(verifyCertificate(history, anomaly(1, 5)).ok).toBe(true);
    for (const [earlier, later] of [
      [1, 3],
      [1, 1],
      [0, 5],
      [1, 99],
    ] as const)
      expect(verifyCertificate(history, anomaly(earlier, later)).ok).toBe(false);
  });
});
