import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadHistory, type ReadHistoryOptions, readHistory } from '../read-history.ts';
import { forEachForm } from './edn-forms.ts';
import { FileSource, forEachLine } from './source.ts';

let folder: string;
let counter = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-jepsen-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, `${counter++}.any`);
  writeFileSync(path, content);
  return path;
}
const read = (content: string, options: Partial<ReadHistoryOptions> = {}) => readHistory(file(content), { strictness: 'strict', ...options });
const all = ({ history }: ReadHistory) => Array.from({ length: history.length }, (_, i) => history.event(i));

describe('Jepsen EDN', () => {
  const OPS = [
    '{:type :invoke, :f :read, :value nil, :process 0, :time 10, :index 0}',
    '{:type :ok, :f :read, :value #{2 1}, :process 0, :time 20, :index 1}',
    '{:type :info, :f :start-partition, :value {"n1" #{"n2"}}, :process :nemesis, :time 25}',
    '{:type :invoke, :f :cas, :value [1 2], :process 1, :time 30, :node "n2"}',
    '{:type :fail, :f :cas, :value [1 2], :process 1, :time 40, :error [:unknown "connection refused"]}',
  ];
  const expected = [
    { index: 0, type: 'invoke', process: 0, f: 'read', value: null, time: 10 },
    { index: 1, type: 'ok', process: 0, f: 'read', value: [1, 2], time: 20 },
    { index: 2, type: 'info', process: 'nemesis', f: 'start-partition', value: { n1: ['n2'] }, time: 25 },
    { index: 3, type: 'invoke', process: 1, f: 'cas', value: [1, 2], time: 30, node: 'n2' },
    { index: 4, type: 'fail', process: 1, f: 'cas', value: [1, 2], time: 40, error: { code: 'unknown', message: 'connection refused' } },
  ];

  it.each([
    ['a map a line', OPS.join('\n')],
    ['one vector', `[${OPS.join('\n ')}]\n`],
    ['one list on one line', `(${OPS.join(' ')})`],
    ['tagged records', OPS.map((op) => `#jepsen.history.Op${op}\n`).join('')],
    ['a vector of tagged records behind comments', `; history }\n\n[#jepsen.history.Op ${OPS.join('\n#jepsen.history.Op')}] ; end`],
    ['pretty print', `[\n${OPS.map((op) => op.replaceAll(', ', ',\n  ')).join('\n\n')}\n]`],
    ['windows line ends and a byte order mark', `\uFEFF${OPS.join('\r\n')}\r\n`],
  ])('is read as %s', async (_, text) => {
    const result = await read(text);
    expect(result).toMatchObject({ format: 'edn', notices: [], timed: true });
    expect(all(result)).toEqual(expected);
  });

  it('is cut into the same forms however it is read', async () => {
    const text = `[${OPS.join('\n')}\n {:value "}\\"{" :c \\{ ; }\n :d #{1}} ]`;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (chunkBytes) => {
        const source = await FileSource.open(file(text), chunkBytes);
        const seen: [string, number][] = [];
        const lines = await forEachForm(source, {
          form: (form, line) => seen.push([form, line]),
          stray: (form) => expect(form).toBe('nothing'),
          torn: (line) => expect(line).toBe(0),
        });
        await source.close();
        expect(seen.map(([, line]) => line)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(seen.map(([form]) => form)).toEqual([...OPS, '{:value "}\\"{" :c \\{ ; }\n :d #{1}}']);
        expect(lines).toBe(7);
      }),
      { numRuns: 40 },
    );
  });

  it('drops what is torn at the end, with a notice', async () => {
    const whole = OPS.join('\n');
    for (const text of [whole.slice(0, -5), `[${OPS.slice(0, 4).join('\n')}`, `[${whole.slice(0, -1)}`]) {
      const result = await read(text);
      expect(all(result)).toEqual(expected.slice(0, 4));
      expect(result.notices).toEqual([{ code: 'torn-line', message: expect.stringContaining('was left out') }]);
    }
  });

  it('does not take a broken line in the middle for the end', async () => {
    for (const broken of [
      '{:type :ok, :f :read, :process 0, :value [1 2',
      '{:type :ok, :f :read, :process 0, :value {:a [}',
      '{:type :ok, :value "abc, :process 0}',
    ]) {
      const lines = [OPS[0], broken, OPS[2], OPS[3], OPS[4]];
      const path = file(lines.join('\n'));
      await expect(readHistory(path, { strictness: 'strict' })).rejects.toMatchObject({ code: 'ORDEAL_BAD_HISTORY', where: `${path}:2` });
      const { history, notices } = await readHistory(path, { strictness: 'lenient' });
      expect(history.length).toBe(4);
      expect(notices.length).toBeGreaterThan(0);
    }
  });

  it.each([
    ['{:type :invoke, :f :read, :process 0}\n{:a 1}', 2, 'unknown type absent'],
    ['{:type :invoke, :f :read, :process 0}\nfoo', 2, 'expected an operation map, found foo'],
    ['{:type :invoke, :f :read, :process 0}\n{:type :ok :f [}', 2, 'not an operation map'],
    ['{:type :invoke, :f :read, :process 0}]\n', 1, 'a closing bracket'],
    ['{:type :invoke, :f 1, :process 0}', 1, ':f is 1'],
    ['{:type :invoke, :f :read, :process -1}', 1, ':process is -1'],
    ['{:type :invoke, :f :read, :process 0}\n\n{:type :invoke, :f :read, :process 0}', 3, 'invokes while'],
    ['{:type :invoke, :f :read, :process 0, :time 5}\n{:type :ok, :f :read, :process 0, :time 4}', 2, 'time runs backwards'],
  ])('refuses %s', async (text, line, flaw) => {
    const path = file(`${text}\n`);
    await expect(readHistory(path, { strictness: 'strict', format: 'edn' })).rejects.toMatchObject({
      code: 'ORDEAL_BAD_HISTORY',
      where: `${path}:${line}`,
      what: expect.stringContaining(flaw),
    });
    const { notices } = await readHistory(path, { strictness: 'lenient', format: 'edn', requireOperations: false });
    expect(notices.some(({ message }) => message.includes(flaw))).toBe(true);
  });

  it('splits independent tuples on request', async () => {
    const ops = [
      '{:type :invoke, :f :write, :value [:x 3], :process 0}',
      '{:type :ok, :f :write, :value [:x 3], :process 0}',
      '{:type :invoke, :f :read, :value [[1 2] nil], :process 0}',
    ];
    expect(all(await read(ops.join('\n'))).map(({ key, value }) => [key, value])).toEqual([
      [undefined, ['x', 3]],
      [undefined, ['x', 3]],
      [undefined, [[1, 2], null]],
    ]);
    expect(all(await read(ops.join('\n'), { tuples: 'split' })).map(({ key, value }) => [key, value])).toEqual([
      ['x', 3],
      ['x', 3],
      ['[1,2]', null],
    ]);
  });
});

describe('a failed cas of Jepsen', () => {
  const log = (...ops: readonly string[]) => ops.map((op) => `INFO  jepsen.util - ${op}\n`).join('');
  const types = async (text: string, failedCas?: 'noop' | 'observation') =>
    all(await read(text, failedCas === undefined ? {} : { failedCas })).flatMap(({ type, applied }) =>
      type === 'invoke' ? [] : [applied === false ? `${type}, not applied` : type],
    );

  it('is a no-op, or an observation on request', async () => {
    const text = log('0 :invoke :cas [1 2]', '0\t:fail\t:cas\t[1 2]');
    expect(await types(text)).toEqual(['fail']);
    expect(await types(text, 'noop')).toEqual(['fail']);
    expect(await types(text, 'observation')).toEqual(['ok, not applied']);
  });

  it('is never an observation when it has an error, or a time-out in the place of its value', async () => {
    const edn = '{:type :invoke, :f :cas, :value [1 2], :process 0}\n{:type :fail, :f :cas, :value [1 2], :process 0, :error :refused}\n';
    expect(await types(edn, 'observation')).toEqual(['fail']);
    expect(await types(edn.replace(':error :refused', ':error nil'), 'observation')).toEqual(['ok, not applied']);
    expect(await types(log('0 :invoke :cas [1 2]', '0 :fail :cas :timed-out'), 'observation')).toEqual(['fail']);
    expect(await types(log('0 :invoke :cas [1 2]', '0 :fail :cas [1 2] :refused'), 'observation')).toEqual(['fail']);
  });

  it('is an observation whatever value it comes back with', async () => {
    const result = await read(log('0 :invoke :cas [1 2]', '0 :fail :cas [1 7]'), { failedCas: 'observation' });
    expect(all(result)[1]).toEqual({ index: 1, type: 'ok', process: 0, f: 'cas', value: [1, 7], time: 1, applied: false });
  });

  it('no other failed operation becomes an observation', async () => {
    expect(await types(log('0 :invoke :write 1', '0 :fail :write 1'), 'observation')).toEqual(['fail']);
    expect(await types(log('0 :invoke :cas [1 2]', '0 :info :cas [1 2]'), 'observation')).toEqual(['info']);
  });
});

describe('Jepsen text logs', () => {
  const LOG = [
    'INFO  jepsen.core - Setting up {:name "x"}',
    'INFO  jepsen.util - 0\t:invoke\t:write\t4',
    'WARN  something else entirely :invoke :write',
    'INFO  jepsen.util - :nemesis\t:info\t:start\t"Cut off"',
    '2024-05-01 10:00:00,123{GMT}\tINFO\t[jepsen worker 1] jepsen.util: 1\t:invoke\t:read\tnil',
    'INFO  jepsen.util - 0 :info   :write  :timed-out',
    'INFO  jepsen.util - 1 :ok :read 4',
    '',
  ].join('\n');

  it('give operations, numbered for want of times; other lines are ignored', async () => {
    const result = await read(LOG);
    expect(result).toMatchObject({ format: 'jepsen-log', timed: false, lines: 7, notices: [] });
    expect(all(result)).toEqual([
      { index: 0, type: 'invoke', process: 0, f: 'write', value: 4, time: 0 },
      { index: 1, type: 'info', process: 'nemesis', f: 'start', value: 'Cut off', time: 1 },
      { index: 2, type: 'invoke', process: 1, f: 'read', value: null, time: 2 },
      { index: 3, type: 'info', process: 0, f: 'write', value: 4, time: 3, error: { code: 'timed-out', message: 'timed-out' } },
      { index: 4, type: 'ok', process: 1, f: 'read', value: 4, time: 4 },
    ]);
  });

  it('lose an unterminated last operation: nobody can tell 4 from the beginning of 42', async () => {
    const result = await read(LOG.trimEnd());
    expect(result.history.length).toBe(4);
    expect(result.notices).toEqual([{ code: 'torn-line', message: expect.stringContaining('line 7') }]);
  });

  it('keep a keyword that is the value itself', async () => {
    const result = await read('INFO  jepsen.util - 0 :invoke :acquire :lock\nINFO  jepsen.util - 0 :info :acquire :lock\n');
    expect(all(result)[1]).toEqual({ index: 1, type: 'info', process: 0, f: 'acquire', value: 'lock', time: 1 });
  });

  it('are told from logs without operations', async () => {
    await expect(read('INFO  jepsen.core - hello\n')).rejects.toMatchObject({ code: 'ORDEAL_EMPTY_HISTORY' });
    await expect(read('INFO  jepsen.util - 0 :invoke :write [1\n')).rejects.toMatchObject({ code: 'ORDEAL_BAD_HISTORY' });
  });
});

describe('forEachLine', () => {
  it('gives the lines of a file, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'ü', '\n', '\r\n', 'xyz'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        async (parts, chunkBytes) => {
          const text = parts.join('');
          const source = await FileSource.open(file(text), chunkBytes);
          const seen: string[] = [];
          const torns: boolean[] = [];
          const lines = await forEachLine(source, 1, (bytes, start, end, line, torn) => {
            seen.push(bytes.toString('utf8', start, end));
            torns.push(torn);
            expect(line).toBe(seen.length);
          });
          await source.close();
          const expected = text.split(/\r?\n/);
          if (expected.at(-1) === '') expected.pop();
          expect(seen).toEqual(expected);
          expect(lines).toBe(expected.length);
          expect(torns).toEqual(expected.map((_, i) => i === expected.length - 1 && !text.endsWith('\n')));
        },
      ),
      { numRuns: 150 },
    );
  });
});
