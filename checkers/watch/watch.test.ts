import { describe, expect, it } from 'vitest';
import type { Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { compareWithDefinition } from '../testing/against-definition.ts';
import { findInjected } from '../testing/find-injected.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { definition, injections } from './testing/cases.ts';
import { type WatchCheckOptions, watch } from './watch.ts';

const check = (events: readonly WrittenEvent[], options: Partial<WatchCheckOptions> = {}) =>
  watch.check(writtenHistory(events), watch.options.parse(options), UNLIMITED);
const put = (value: Value, revision: number, key = 'a'): WrittenEvent[] => [
  [0, 'invoke', 'put', value, { key }],
  [0, 'ok', 'put', revision, { key }],
];
const read = (process: number, events: readonly Value[], asked: Value = null, more: object = {}): WrittenEvent[] => [
  [process, 'invoke', 'watch', asked],
  [process, 'ok', 'watch', { events, ...more }],
];
const typesOf = (result: ReturnType<typeof check>) => (result.valid === false ? result.anomalies.map(({ type }) => type) : []);

describe('the checker watch', () => {
  it('agrees with the definition on random histories, accuses no right one, and its certificates hold', () => {
    const { mismatches, seen } = compareWithDefinition(definition, 4_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(Object.keys(seen)).toHaveLength(injections.types.length);
  });

  it('finds each anomaly in a long history that is right otherwise, by its name, and nothing in the right one', { timeout: 300_000 }, () => {
    const lines: string[] = [];
    expect(findInjected(injections, { seed: 7, histories: 1, operations: 10_000, times: 10, onType: (line) => lines.push(line) }), lines.join('\n')).toBe(0);
  });

  it('tells a gap with who knows of the change', () => {
    const written = [...put('x', 3), ...put('y', 5), ...put('z', 7)];
    const result = check([
      ...written,
      ...read(
        1,
        [
          [3, 'a', 'x'],
          [7, 'a', 'z'],
        ],
        { from: 0 },
      ),
    ]);
    expect(result.valid === false && result.anomalies).toMatchObject([
      {
        type: 'gap',
        ops: [7, 3],
        sentence:
          'the stream of process 1 at 0.008 s, which began behind revision 0 has gone past the change of "a" to "y" at revision 5, of which process 0 at 0.004 s tells, and never brought it',
      },
    ]);
    expect(typesOf(check([...written, ...read(1, [[3, 'a', 'x']], { from: 0 }, { revision: 7 })]))).toEqual(['gap', 'gap']);
  });

  it('does not know of what may still come, and convicts where nothing more comes', () => {
    const begun = [...put('x', 3), ...put('y', 5), ...read(1, [[3, 'a', 'x']], { from: 0 })];
    expect(check(begun)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'no-final-watch' }] });
    expect(typesOf(check([...begun, ...read(1, []), ...read(1, []), ...read(1, [])]))).toEqual(['undelivered']);
    expect(check([...begun, ...read(1, [[5, 'a', 'y']]), ...read(1, []), ...read(1, []), ...read(1, [])]).valid).toBe(true);
  });

  it('orders within keys where no more is promised, and begins anew where it is asked to', () => {
    const written = [...put('x', 3), ...put('y', 5, 'b')];
    const crossed = [
      ...written,
      ...read(
        1,
        [
          [5, 'b', 'y'],
          [3, 'a', 'x'],
        ],
        { from: 0 },
      ),
      ...read(1, []),
      ...read(1, []),
      ...read(1, []),
    ];
    expect(typesOf(check(crossed))).toEqual(['reordered']);
    expect(check(crossed, { order: 'key' }).valid).toBe(true);
    const both = [
      [3, 'a', 'x'],
      [5, 'b', 'y'],
    ];
    const again = [...written, ...read(1, both, { from: 0 }), ...read(1, both, { from: 2 }), ...read(1, []), ...read(1, []), ...read(1, [])];
    expect(check(again).valid).toBe(true);
    expect(typesOf(check([...written, ...read(1, both, { from: 0 }), ...read(1, both)]))).toEqual(['duplicated', 'duplicated']);
  });

  it('does not know where nothing came, or nothing is known to compare with', () => {
    expect(check([])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-delivered' }] });
    expect(check([...read(1, [[3, 'a', 'x']]), ...read(1, []), ...read(1, []), ...read(1, [])])).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'nothing-to-compare' }],
    });
    expect(check([...put('x', 3), ...read(1, [[3, 'a', 'x'], 5]), ...read(1, []), ...read(1, []), ...read(1, [])])).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'malformed-answer' }],
    });
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([...put('x', 3), ...read(1, [[3, 'a', 'x']]), ...read(1, [])]);
    const data = {
      order: 'revision',
      caughtUpAfter: 1,
      watch: 'watch',
      put: 'put',
      delete: 'delete',
      key: 'a',
      revision: 3,
      value: '"x"',
      at: 3,
      source: 1,
      other: 1,
    };
    for (const type of injections.types) {
      for (const at of [3, 5]) {
        const certificate = { kind: `watch/${type}`, data: { ...data, at } };
        expect(verifyCertificate(history, { type, ops: [1], sentence: '', certificate }).ok, `${type} ${at}`).toBe(false);
      }
    }
  });
});
