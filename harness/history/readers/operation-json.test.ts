import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHistory } from '../read-history.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-json-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string, strictness: 'strict' | 'lenient' = 'strict') {
  const path = join(folder, 'history.any');
  writeFileSync(path, text);
  const { history, format, timed } = await readHistory(path, { strictness });
  return { events: Array.from({ length: history.length }, (_, i) => history.event(i)), format, timed };
}

const OPS = [
  '{"index":0,"process":0,"type":"invoke","value":[["append",1,"]} {"],["r",2,null]]}',
  '{"index":1,"process":0,"type":"ok","value":[["append",1,"]} {"],["r",2,[1,2]]]}',
];

describe('JSON as elle-cli reads it', () => {
  it.each([
    ['an array', `[${OPS.join(',\n ')}]\n`],
    ['an array on one line', `[${OPS.join(',')}]`],
    [
      'an array, printed for people',
      JSON.stringify(
        OPS.map((op) => JSON.parse(op) as unknown),
        null,
        2,
      ),
    ],
    ['an object a line', `${OPS.join('\n')}\n`],
  ])('is read as %s; operations without a name are transactions', async (_, text) => {
    const { events, format, timed } = await read(text);
    expect({ format, timed }).toEqual({ format: 'json', timed: false });
    expect(events).toEqual([
      {
        index: 0,
        type: 'invoke',
        process: 0,
        f: 'txn',
        value: [
          ['append', 1, ']} {'],
          ['r', 2, null],
        ],
        time: 0,
      },
      {
        index: 1,
        type: 'ok',
        process: 0,
        f: 'txn',
        value: [
          ['append', 1, ']} {'],
          ['r', 2, [1, 2]],
        ],
        time: 1,
      },
    ]);
  });

  it('keeps names and times where there are any, and long integers apart', async () => {
    const { events } = await read(
      '[{"process":3,"type":"invoke","f":"read","value":null,"time":5},{"process":3,"type":"ok","f":"read","value":90071992547409931,"time":7}]',
    );
    expect(events.map(({ f, value, time }) => ({ f, value, time }))).toEqual([
      { f: 'read', value: null, time: 5 },
      { f: 'read', value: '90071992547409931', time: 7 },
    ]);
  });

  it('names the line of what is no operation', async () => {
    await expect(read('[{"process":0,"type":"invoke","value":[]},\n{"process":0,"type":"maybe","value":[]}]')).rejects.toMatchObject({
      code: 'ORDEAL_BAD_HISTORY',
    });
    await expect(read('[{"process":0,"type":"invoke","value":[]},\n{"process":}]')).rejects.toMatchObject({ code: 'ORDEAL_BAD_HISTORY' });
  });
});
