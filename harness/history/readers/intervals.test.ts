import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../operations.ts';
import { type ReadHistory, readHistory } from '../read-history.ts';

let folder: string;
let counter = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-intervals-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (lines: readonly object[], strictness: 'strict' | 'lenient' = 'strict') => {
  const path = join(folder, `${counter++}.jsonl`);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return readHistory(path, { strictness });
};
const all = ({ history }: ReadHistory) => Array.from({ length: history.length }, (_, i) => history.event(i));

/** Operations of four processes, one after the other in each, at few different times so that many coincide. */
const intervals = fc
  .array(fc.record({ process: fc.nat(3), gap: fc.nat(2), length: fc.nat(2), ok: fc.boolean() }), { minLength: 1, maxLength: 25 })
  .map((steps) => {
    const free = [0, 0, 0, 0];
    return steps.map(({ process, gap, length, ok }, i) => {
      const call = free[process]! + gap;
      free[process] = call + length;
      return { process, f: 'cas', value: [i, i + 1], out: null, call, return: call + length, ok };
    });
  });

describe('interval JSONL', () => {
  it('becomes events in order of time', async () => {
    const result = await read([
      { process: 1, f: 'write', key: 'k', value: 3, out: null, call: 2, return: 9, ok: true },
      { process: 0, f: 'read', key: 'k', value: null, out: 3, call: 1, return: 5, ok: true },
      { process: 0, f: 'cas', key: 'k', value: [1, 2], out: 9, call: 6, return: 7, ok: false },
      { process: 2, f: 'write', value: 4, out: null, call: 3, return: null, ok: null },
      { process: 0, f: 'write', value: 5, out: null, call: 10, return: 11, ok: false },
    ]);
    expect(result).toMatchObject({ format: 'intervals', timed: true, notices: [], lines: 5 });
    expect(all(result)).toEqual([
      { index: 0, type: 'invoke', process: 0, f: 'read', key: 'k', value: null, time: 1 },
      { index: 1, type: 'invoke', process: 1, f: 'write', key: 'k', value: 3, time: 2 },
      { index: 2, type: 'invoke', process: 2, f: 'write', value: 4, time: 3 },
      { index: 3, type: 'ok', process: 0, f: 'read', key: 'k', value: 3, time: 5 },
      { index: 4, type: 'invoke', process: 0, f: 'cas', key: 'k', value: [1, 2], time: 6 },
      { index: 5, type: 'ok', process: 0, f: 'cas', key: 'k', value: [1, 2], time: 7, applied: false },
      { index: 6, type: 'ok', process: 1, f: 'write', key: 'k', value: 3, time: 9 },
      { index: 7, type: 'invoke', process: 0, f: 'write', value: 5, time: 10 },
      { index: 8, type: 'fail', process: 0, f: 'write', value: 5, time: 11 },
      { index: 9, type: 'info', process: 2, f: 'write', value: 4, time: 11, error: { code: 'unknown', message: 'no return is recorded' } },
    ]);
  });

  it('puts operations one behind the other only where the file does', async () => {
    await fc.assert(
      fc.asyncProperty(intervals, async (ops) => {
        const { history } = await read(ops);
        const list = operations(history);
        expect(list.count).toBe(ops.length);
        const placed = new Map<number, { invocation: number; completion: number; line: number }>();
        for (let k = 0; k < list.count; k++) {
          const [line] = history.value(history.columns.value[list.invocation[k]!]!) as [number];
          placed.set(line, { invocation: list.invocation[k]!, completion: list.completion[k]!, line });
        }
        ops.forEach((a, i) => {
          ops.forEach((b, j) => {
            const isBefore = placed.get(i)!.completion < placed.get(j)!.invocation;
            if (a.return < b.call || (a.process === b.process && i < j)) expect(isBefore).toBe(true);
            // At equal times they are apart only where their own processes' order forces it.
            if (a.return > b.call) expect(isBefore).toBe(false);
          });
        });
      }),
      { numRuns: 150 },
    );
  });

  it('keeps intervals wide at equal times', async () => {
    const { history } = await read([
      { process: 0, f: 'w', value: 0, out: null, call: 1, return: 5, ok: true },
      { process: 1, f: 'w', value: 1, out: null, call: 5, return: 7, ok: true },
    ]);
    expect([...history.columns.pair]).toEqual([2, 3, 0, 1]);
  });

  it.each([
    [{ f: 'w', value: 1, out: null, call: 1, return: 2, ok: true }, '"process"'],
    [{ process: 0, f: 'w', value: 1, out: null, call: 3, return: 2, ok: true }, 'returns at 2, before its call at 3'],
    [{ process: 0, f: 'w', value: 1, out: null, call: 1, return: 2, ok: null }, '"ok" is neither'],
    [{ process: 0, f: 'w', value: 1, out: null, call: null, return: 2, ok: true }, '"call"'],
    [{ process: 0, f: 'w', value: 1, out: null, call: 5, return: 8, ok: true }, 'process 0 invokes while'],
  ])('refuses %j', async (line, flaw) => {
    const good = { process: 0, f: 'w', value: 1, out: null, call: 4, return: 6, ok: true };
    await expect(read([good, line])).rejects.toMatchObject({
      code: 'ORDEAL_BAD_HISTORY',
      where: expect.stringContaining('.jsonl:2'),
      what: expect.stringContaining(flaw),
    });
    expect((await read([good, line], 'lenient')).notices[0]?.message).toContain(flaw);
  });
});
