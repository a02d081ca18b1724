import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeId, Ns, OperationSpec } from '../contracts/index.ts';
import { indexed, type NewEvent, soundEvents } from './fixtures/sound-events.ts';
import type { HistoryHeaderFields } from './header.ts';
import { type ReadHistory, type ReadHistoryOptions, readHistory } from './read-history.ts';
import { createHistoryWriter } from './writer.ts';

const OPERATIONS: readonly OperationSpec[] = [{ f: 'read', effect: 'none', deadline: 1 as Ns }];
const HEADER: HistoryHeaderFields = { name: 't', runId: 'r', seed: 's', operations: OPERATIONS, nodes: ['n1' as NodeId] };
const HEAD = '{"ordeal":"history","schemaVersion":1,"name":"t","seed":1,"operations":[],"nodes":[]}\n';

let folder: string;
let counter = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(folder, `${counter++}.any`);
  writeFileSync(path, content);
  return path;
}

function written(events: readonly NewEvent[]): string {
  const path = join(folder, `${counter++}.jsonl`);
  const writer = createHistoryWriter({ path, header: HEADER });
  for (const event of events) writer.append(event);
  writer.close();
  return path;
}

const strict: ReadHistoryOptions = { strictness: 'strict', requireOperations: false };
const lenient: ReadHistoryOptions = { strictness: 'lenient', requireOperations: false };
const all = ({ history }: ReadHistory) => Array.from({ length: history.length }, (_, i) => history.event(i));
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: { code?: string; message: string }) => [error.code, error.message],
  );

describe('readHistory of our own files', () => {
  it('gives back what was written, byte for byte the second time', async () => {
    await fc.assert(
      fc.asyncProperty(soundEvents, async (events) => {
        const path = written(events);
        const read = await readHistory(path, strict);
        expect(all(read)).toEqual(indexed(events));
        expect(read).toMatchObject({ format: 'ordeal', notices: [], lines: events.length + 1, timed: true });
        expect(read.header).toEqual({ ordeal: 'history', schemaVersion: 1, ...HEADER });
        expect(read.history.operations).toEqual(OPERATIONS);
        expect(readFileSync(written(all(read)))).toEqual(readFileSync(path));
      }),
      { numRuns: 60 },
    );
  });

  it('reads every prefix of a file as a sound history of the whole lines in it', async () => {
    await fc.assert(
      fc.asyncProperty(soundEvents, fc.double({ min: 0, max: 1, noNaN: true }), async (events, share) => {
        const bytes = readFileSync(written(events));
        const cut = Math.floor(bytes.length * share);
        if (cut === 0) return;
        const prefix = bytes.subarray(0, cut);
        const read = await readHistory(file(prefix), strict);
        // A line whose newline alone is missing is whole.
        const wholeLines = bytes.subarray(0, cut + 1).filter((byte) => byte === 10).length;
        expect(all(read)).toEqual(indexed(events).slice(0, Math.max(0, wholeLines - 1)));
        expect(read.notices).toHaveLength(prefix.at(-1) === 10 || bytes[cut] === 10 ? 0 : 1);
        expect(read.header === undefined).toBe(wholeLines === 0);
      }),
      { numRuns: 200 },
    );
  });

  it('drops a torn last line of zeros, as a loss of power leaves it', async () => {
    const read = await readHistory(
      file(Buffer.concat([Buffer.from(`${HEAD}{"index":0,"type":"invoke","process":0,"f":"w","value":1,"time":1}\n`), Buffer.alloc(500)])),
      strict,
    );
    expect(read.history.length).toBe(1);
    expect(read.notices).toEqual([{ code: 'torn-line', message: expect.stringContaining('line 3') }]);
  });

  it('reads fields in any order, white space, unknown fields, and windows line ends', async () => {
    const lines = [
      '{ "time" : 5 , "extra": {"a": ["}", 1]}, "value": {"b": 1.0, "a": "\\u0041"}, "f": "w\\u0072ite", "process": 2, "type": "invoke", "key": 1.50 }',
      '{"type":"ok","process":2,"f":"write","value":{"a":"A","b":1},"applied":false,"time":6,"node":"n\\u0031"}',
    ];
    const read = await readHistory(file(HEAD + lines.join('\r\n')), strict);
    expect(all(read)).toEqual([
      { index: 0, type: 'invoke', process: 2, f: 'write', key: 1.5, value: { a: 'A', b: 1 }, time: 5 },
      { index: 1, type: 'ok', process: 2, f: 'write', value: { a: 'A', b: 1 }, time: 6, node: 'n1', applied: false },
    ]);
    expect(read.history.columns.value[0]).toBe(read.history.columns.value[1]);
    const bare = await readHistory(file(`${HEAD}${lines[0]}\n{"type":"ok","process":2,"f":"write","time":6}`), strict);
    expect(all(bare)[1]).toEqual({ index: 1, type: 'ok', process: 2, f: 'write', value: null, time: 6 });
    expect(bare.history.value(bare.history.columns.value[1] ?? 0)).toBeUndefined();
  });

  it('keeps integers beyond 2^53 apart', async () => {
    const texts = [
      '9007199254740992',
      '9007199254740993',
      '9007199254740994',
      '-9007199254740993',
      '[9007199254740993]',
      '1152921504606846976',
      '1152921504606847000',
      '0',
      '-0',
    ];
    const line = (value: string, i: number): string => `{"index":${i},"type":"info","process":"observer:x","f":"seen","value":${value},"time":${i}}`;
    const read = await readHistory(file(HEAD + texts.map(line).join('\n')), strict);
    expect(all(read).map((event) => event.value)).toEqual([
      2 ** 53,
      '9007199254740993',
      2 ** 53 + 2,
      '-9007199254740993',
      ['9007199254740993'],
      '1152921504606846976',
      2 ** 60,
      0,
      0,
    ]);
    expect(new Set(read.history.columns.value).size).toBe(8);
  });

  it('reads lines longer than what is read at once', async () => {
    const event: NewEvent = { type: 'invoke', process: 0, f: 'w', value: 'ü'.repeat(3_000_000), time: 0 as Ns };
    expect(all(await readHistory(written([event]), strict))).toEqual(indexed([event]));
  });
});

describe('what is not sound', () => {
  const line = (fields: object): string => JSON.stringify({ f: 'w', value: 1, ...fields });
  const invoke = (process: number, time: number): string => line({ type: 'invoke', process, time });
  const end = (type: string, process: number, time: number): string => line({ type, process, time });
  const cases: readonly (readonly [name: string, flaw: string, at: number, lines: readonly string[]])[] = [
    ['an invocation on a busy process', 'process 1 invokes while its operation at event 0 is still open', 3, [invoke(1, 1), invoke(1, 2)]],
    ['a completion without invocation', 'process 1 completes an operation that it has not invoked', 2, [end('ok', 1, 1)]],
    ['a second completion', 'process 1 completes an operation that it has not invoked', 4, [invoke(1, 1), end('ok', 1, 2), end('info', 1, 3)]],
    ['a process acting after info', 'process 1 acts again after an unknown outcome', 4, [invoke(1, 1), end('info', 1, 2), invoke(1, 3)]],
    ['a late completion after info', 'process 1 acts again after an unknown outcome', 4, [invoke(1, 1), end('info', 1, 2), end('ok', 1, 3)]],
    ['time running backwards', 'time runs backwards, from 9 ns to 8 ns', 3, [invoke(1, 9), invoke(2, 8)]],
    ['a torn line in the middle', 'not an event', 2, ['{"index":0,"type":"inv', invoke(1, 2)]],
    [
      'a missing event',
      'the event has index 2, expected 1',
      3,
      [line({ index: 0, type: 'invoke', process: 1, time: 1 }), line({ index: 2, type: 'ok', process: 1, time: 2 })],
    ],
    ['an unknown type', 'unknown type "maybe" (known: invoke, ok, fail, info)', 2, [end('maybe', 1, 1)]],
    ['an unknown process', 'unknown process "bob"', 2, [line({ type: 'invoke', process: 'bob', time: 1 })]],
    ['a process below zero', 'process -1 is out of range', 2, [invoke(-1, 1)]],
    ['an event without time', 'the event has no "time"', 2, [line({ type: 'invoke', process: 1 })]],
    ['a time that is no integer', 'not an event', 2, [invoke(1, 1.5)]],
    ['a field twice', 'the event has "time" twice', 2, [invoke(1, 1).replace('}', ',"time":2}')]],
    ['two events on a line', 'something behind the event', 2, [`${invoke(1, 1)}${end('ok', 1, 2)}`]],
    ['a key that is no key', '"key" is neither a text nor a number', 2, [line({ type: 'invoke', process: 1, time: 1, key: [1] })]],
    ['a value that is no JSON', 'not an event', 2, [invoke(1, 1).replace('"value":1', '"value":[1}')]],
    ['an error that is no error', '"error" is "x"', 2, [line({ type: 'invoke', process: 1, time: 1, error: 'x' })]],
  ];

  it.each(cases)('%s is an error with the line when strict', async (_, flaw, at, lines) => {
    const path = file(HEAD + lines.map((text) => `${text}\n`).join(''));
    expect(await codeOf(readHistory(path, strict))).toEqual(['ORDEAL_BAD_HISTORY', expect.stringContaining(flaw)]);
    expect(await codeOf(readHistory(path, strict))).toEqual(['ORDEAL_BAD_HISTORY', expect.stringContaining(`${path}:${at}: `)]);
  });

  it.each(cases)('%s is a notice when lenient', async (_, flaw, at, lines) => {
    const read = await readHistory(file(HEAD + lines.map((text) => `${text}\n`).join('')), lenient);
    expect(read.notices).toEqual([{ code: 'unsound', message: expect.stringContaining(`line ${at}: `) }]);
    expect(read.notices[0]?.message).toContain(flaw);
  });

  it('the nemesis and observers are exempt', async () => {
    const lines = [
      { type: 'info', process: 'nemesis', time: 9 },
      { type: 'info', process: 'nemesis', time: 1 },
      { type: 'invoke', process: 'nemesis', time: 2 },
      { type: 'info', process: 'nemesis', time: 3 },
      { type: 'invoke', process: 'nemesis', time: 4 },
      { type: 'info', process: 'observer:ledger', time: 0 },
    ];
    const read = await readHistory(file(HEAD + lines.map((fields) => `${line(fields)}\n`).join('')), strict);
    expect([...read.history.columns.pair]).toEqual([-1, -1, 3, 2, -1, -1]);
  });

  it('many flaws are counted, not all told', async () => {
    const read = await readHistory(file(HEAD + Array.from({ length: 50 }, (_, i) => `${end('ok', 1, i)}\n`).join('')), lenient);
    expect(read.notices).toHaveLength(21);
    expect(read.notices[20]).toEqual({ code: 'unsound', message: 'and 30 more of this kind' });
  });

  it('the file itself: missing, a folder, empty, without operations, binary, packed, foreign', async () => {
    const error = (content: string | Buffer) => codeOf(readHistory(file(content), { strictness: 'strict' }));
    expect(await codeOf(readHistory(join(folder, 'nowhere'), strict))).toEqual(['ORDEAL_NO_SUCH_FILE', expect.stringContaining('there is no such file')]);
    expect(await codeOf(readHistory(folder, strict))).toEqual(['ORDEAL_NO_SUCH_FILE', expect.stringContaining('this is a folder')]);
    expect(await error('')).toEqual(['ORDEAL_EMPTY_HISTORY', expect.stringContaining('the file is empty')]);
    expect(await error(' \n\n')).toEqual(['ORDEAL_EMPTY_HISTORY', expect.stringContaining('the file is empty')]);
    expect(await error(HEAD)).toEqual(['ORDEAL_EMPTY_HISTORY', expect.stringContaining('no operations (1 lines, read as ordeal)')]);
    expect(await error(HEAD + line({ type: 'info', process: 'nemesis', time: 1 }))).toEqual(['ORDEAL_EMPTY_HISTORY', expect.anything()]);
    expect(await error(HEAD.slice(0, 5))).toEqual(['ORDEAL_EMPTY_HISTORY', expect.anything()]);
    expect(await error(Buffer.from([0x1f, 0x8b, 8, 0]))).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.stringContaining('gzip')]);
    expect(await error(Buffer.from([1, 2, 3, 0]))).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.stringContaining('binary data (it begins with 01020300)')]);
    expect(await error('{"ordeal":"journal","schemaVersion":1}\n')).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.stringContaining('an ordeal journal file')]);
    expect(await error('{"level":"info","msg":"started"}\n')).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.stringContaining('fields level, msg')]);
    for (const text of ['Once upon a time\n', '[{"type":"invoke"}]', '<html>', '42', '{\n"a":1}']) {
      expect(await error(text)).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.stringMatching(/known formats: ordeal .*edn .*jepsen-log .*intervals /)]);
    }
  });
});
