import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { compareWithDefinition } from '../testing/against-definition.ts';
import { findInjected } from '../testing/find-injected.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { definition, injections } from './testing/cases.ts';
import { type TtlCheckOptions, ttl } from './ttl.ts';

const check = (events: readonly WrittenEvent[], options: Partial<TtlCheckOptions> = {}) =>
  ttl.check(writtenHistory(events), ttl.options.parse(options), UNLIMITED);
const put = (from: number, to: number, type: 'ok' | 'info' = 'ok'): WrittenEvent[] => [
  [0, 'invoke', 'put', { value: 'x', ttl: 10 }, { key: 'a', at: from }],
  [0, type, 'put', null, { key: 'a', at: to }],
];
const get = (from: number, to: number, value: Value): WrittenEvent[] => [
  [1, 'invoke', 'get', null, { key: 'a', at: from }],
  [1, 'ok', 'get', value, { key: 'a', at: to }],
];

describe('the checker ttl', () => {
  it('agrees with the definition on random histories, accuses no right one, and its certificates hold', () => {
    const { mismatches, seen } = compareWithDefinition(definition, 5_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(Object.keys(seen)).toHaveLength(injections.types.length);
  });

  it('finds each anomaly in a long history that is right otherwise, by its name, and nothing in the right one', { timeout: 300_000 }, () => {
    const lines: string[] = [];
    expect(findInjected(injections, { seed: 7, histories: 1, operations: 20_000, times: 10, onType: (line) => lines.push(line) }), lines.join('\n')).toBe(0);
  });

  it('counts from the call and from the return of the write, whichever acquits, and leaves the epsilon', () => {
    const early = check([...put(0, 4), ...get(5, 9, null)]);
    expect(early.valid === false && early.anomalies).toMatchObject([
      { type: 'gone-early', ops: [0, 3], sentence: 'process 0 at 0.000 s wrote "x" under "a" for 10 ms, and process 1 at 0.009 s found nothing there' },
    ]);
    expect(check([...put(0, 4), ...get(5, 9, null)], { epsilonMs: 1 }).valid).toBe(true);
    expect(check([...put(0, 4), ...get(5, 10, null)]).valid).toBe(true);
    expect(check([...put(0, 4), ...get(14, 15, 'x')]).valid).toBe(true);
    expect(check([...put(0, 4), ...get(15, 16, 'x')])).toMatchObject({ valid: false, anomalies: [{ type: 'readable-late', ops: [0, 3] }] });
    expect(check([...put(0, 4), ...get(15, 16, 'x')], { epsilonMs: 1 }).valid).toBe(true);
  });

  it('leaves an unknown write its time, whenever that begins', () => {
    expect(check([...put(0, 4, 'info'), ...get(90, 91, 'x')]).valid).toBe(true);
    expect(check([...put(0, 4, 'info'), ...get(5, 6, null)])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-judged' }] });
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([...put(0, 4), ...get(5, 12, null), ...get(13, 14, 'x')]);
    for (const type of injections.types) {
      for (const read of [3, 5]) {
        const certificate = { kind: `ttl/${type}`, data: { ttlMs: 10, epsilonMs: 0, put: 'put', delete: 'delete', write: 0, read } };
        expect(verifyCertificate(history, { type, ops: [0], sentence: '', certificate }).ok, `${type} ${read}`).toBe(false);
      }
    }
  });
});
