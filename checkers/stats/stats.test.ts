import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { contention } from './contention.ts';
import { stats } from './stats.ts';

const check = (history: History, options: unknown = {}) => stats.check(history, stats.options.parse(options), UNLIMITED);
const reasonsOf = (history: History, options: unknown = {}) => {
  const result = check(history, options);
  return result.valid === 'unknown' ? result.reasons.map((reason) => reason.code) : [];
};
const TIMEOUT = { code: 'timeout', message: 'no answer' };
const did = (process: number, type: 'ok' | 'fail' | 'info', f: string, extras = {}): WrittenEvent[] => [
  [process, 'invoke', f, 1, extras],
  [process, type, f, 1, { ...extras, ...(type === 'ok' ? {} : { error: TIMEOUT }) }],
];

describe('the checker stats', () => {
  it('counts outcomes by name and errors by code', () => {
    const history = writtenHistory([
      ...did(0, 'ok', 'read'),
      ...did(0, 'ok', 'cas', { applied: false }),
      ...did(0, 'ok', 'cas'),
      ...did(0, 'fail', 'read'),
      ...did(1, 'info', 'read'),
      [2, 'invoke', 'read', null],
      ['nemesis', 'invoke', 'inject', null],
      ['observer:log', 'info', 'panic', null],
    ]);
    const result = check(history);
    expect(result.valid).toBe(true);
    expect(result.stats).toEqual({
      operations: 6,
      ok: 3,
      fail: 1,
      info: 2,
      byF: { read: { ok: 1, refused: 0, fail: 1, info: 2 }, cas: { ok: 2, refused: 1, fail: 0, info: 0 } },
      errors: [{ code: 'timeout', fail: 1, info: 1, example: 7, message: 'no answer' }],
    });
  });

  it('does not know of operations that never succeeded, nor of an empty history', () => {
    expect(reasonsOf(writtenHistory([...did(0, 'ok', 'read'), ...did(0, 'fail', 'write')]))).toEqual(['never-succeeded']);
    expect(reasonsOf(writtenHistory([]))).toEqual(['no-operations']);
  });

  it('wants one compare-and-set in ten to apply', () => {
    const cas = (applied: number, refused: number) =>
      writtenHistory([
        ...Array.from({ length: applied }, () => did(0, 'ok', 'cas')).flat(),
        ...Array.from({ length: refused }, () => did(0, 'ok', 'cas', { applied: false })).flat(),
      ]);
    expect(reasonsOf(cas(1, 9), { cas: 'cas' })).toEqual([]);
    expect(reasonsOf(cas(1, 10), { cas: 'cas' })).toEqual(['cas-applied-too-rarely']);
    expect(reasonsOf(cas(1, 10))).toEqual([]);
  });

  it('wants operations to lie on contended keys', () => {
    const alone = writtenHistory([...did(0, 'ok', 'read', { key: 1 }), ...did(1, 'ok', 'read', { key: 1 }), ...did(1, 'ok', 'read', { key: 2 })]);
    expect(reasonsOf(alone, { contention: 'per-key' })).toEqual(['contention-too-low']);
    const together = writtenHistory([...did(0, 'ok', 'read', { key: 1 }), ...did(1, 'ok', 'read', { key: 1 }), ...did(0, 'ok', 'read', { key: 1 })]);
    expect(reasonsOf(together, { contention: 'per-key' })).toEqual([]);
  });
});

describe('contention', () => {
  it('agrees with a naive look at every pair of processes', () => {
    const lines = fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 30 });
    fc.assert(
      fc.property(lines, (given) => {
        const events = given.flatMap(([process, key]) => did(process, 'ok', 'read', { key }));
        const history = writtenHistory(events);
        const spans = new Map<string, [number, number]>();
        for (const [i, [process, , , , extras]] of events.entries()) {
          const name = `${extras?.key} ${process}`;
          spans.set(name, [spans.get(name)?.[0] ?? i, i]);
        }
        const contended = new Set<string>();
        for (const [a, [from, to]] of spans) {
          for (const [b, [from2, to2]] of spans)
            if (a !== b && a.split(' ')[0] === b.split(' ')[0] && from < to2 && from2 < to) contended.add(a.split(' ')[0]!);
        }
        const share = given.length === 0 ? 1 : given.filter(([, key]) => contended.has(String(key))).length / given.length;
        expect(contention(history, UNLIMITED)).toMatchObject({ contendedKeys: contended.size, share });
      }),
      { numRuns: 300 },
    );
  });

  it('a crashed process does not contend with its own successor', () => {
    const history = writtenHistory([...did(0, 'info', 'read', { key: 1 }), ...did(4, 'ok', 'read', { key: 1 })]);
    expect(contention(history, UNLIMITED).share).toBe(0);
  });
});
