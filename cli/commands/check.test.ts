/** What `ordeal check` can be asked for, beside a verdict. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callMain } from '../testing/call-main.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
  mkdirSync(join(folder, 'some', 'run'), { recursive: true });
  write('some/intervals.jsonl', interval(0, 'a', 'write', 1, null, 0, 1), interval(1, 'b', 'write', 2, null, 0, 1));
  write('some/history.edn', '{:process 0, :type :invoke, :f :write, :value 3}', '{:process 0, :type :ok, :f :write, :value 3}');
  write(
    'some/jepsen.log',
    'INFO  jepsen.util - 0\t:invoke\t:write\t3',
    'INFO  jepsen.util - 0\t:ok\t:write\t3',
    'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
    'INFO  jepsen.util - 1\t:ok\t:read\t3',
  );
  write(
    'some/run/history.jsonl',
    '{"ordeal":"history","schemaVersion":1,"name":"of its own","seed":1,"operations":[],"nodes":[]}',
    event('invoke', 'write', 5),
    event('ok', 'write', 5),
  );
  const txn = (process: number, type: string, ...ops: unknown[]): string => JSON.stringify({ process, type, f: 'txn', value: ops, time: 0 });
  write(
    'skew.jsonl',
    txn(0, 'invoke', ['r', 'x', null], ['append', 'y', 1]),
    txn(1, 'invoke', ['r', 'y', null], ['append', 'x', 1]),
    txn(0, 'ok', ['r', 'x', []], ['append', 'y', 1]),
    txn(1, 'ok', ['r', 'y', []], ['append', 'x', 1]),
  );
  // key a is in order, key b is not
  write(
    'stale.jsonl',
    interval(0, 'a', 'write', 1, null, 0, 1),
    interval(0, 'b', 'write', 1, null, 2, 3),
    interval(1, 'b', 'write', 2, null, 4, 5),
    interval(2, 'b', 'read', null, 1, 6, 7),
    interval(3, 'a', 'read', null, 1, 8, 9),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const write = (name: string, ...lines: readonly string[]): void => writeFileSync(path(name), `${lines.join('\n')}\n`);
const interval = (process: number, key: string, f: string, value: unknown, out: unknown, call: number, end: number): string =>
  JSON.stringify({ process, f, key, value, out, call, return: end, ok: true });
const event = (type: string, f: string, value: unknown): string => JSON.stringify({ index: type === 'invoke' ? 0 : 1, time: 0, process: 0, type, f, value });

interface Line {
  readonly file: string;
  readonly valid: unknown;
  readonly model: string;
  readonly ops: number;
  readonly engine?: string;
  readonly linearization?: unknown;
}
const json = async (...argv: readonly string[]): Promise<Line[]> => JSON.parse((await callMain('check', ...argv, '--json')).stdout) as Line[];

describe('ordeal check', () => {
  it('takes a folder for all histories below it, each in its own format', async () => {
    const lines = await json(path('some'), '--init', 'null');
    expect(lines.map(({ file, valid, ops }) => [file.slice(folder.length + 1), valid, ops])).toEqual([
      ['some/history.edn', true, 1],
      ['some/intervals.jsonl', true, 2],
      ['some/jepsen.log', true, 2],
      ['some/run/history.jsonl', true, 1],
    ]);
  });

  it('tells transactions in words, with the events that prove each step on request', async () => {
    const asked = ['check', path('skew.jsonl'), '--workload', 'list-append', '--consistency-model', 'serializable'];
    const told = await callMain(...asked);
    expect(told.exitCode).toBe(1);
    for (const text of [
      'Write skew: T2 missed the 1 that T3 appended to x, and T3 missed the 1 that T2 appended to y.',
      'T2 → T3',
      'may hold:',
      '× Write skew (G2-item)',
    ])
      expect(told.stdout).toContain(text);
    expect(told.stdout).not.toContain('event 2, process 0');
    expect((await callMain(...asked, '--explain')).stdout).toContain('event 2, process 0  T2 read [] in x');
    const several = await callMain('check', path('skew.jsonl'), path('some/history.edn'));
    expect(several.stdout).toContain('Write skew');
    expect(several.stdout).not.toContain('T2 → T3');
  });

  it('writes the case of a conviction, which is convicted again', async () => {
    const asked = ['--workload', 'list-append', '--consistency-model', 'serializable'];
    await callMain('check', path('skew.jsonl'), ...asked, '--extract', path('case.jsonl'));
    const again = await callMain('check', path('case.jsonl'), ...asked);
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toContain('Write skew');
  });

  it('says of each file what decided', async () => {
    const [line] = await json(path('some/jepsen.log'));
    expect(line).toMatchObject({ valid: true, model: 'cas-register', ops: 2, engine: expect.stringMatching(/\w/) });
  });

  it('checks the keys that it is told, and no others', async () => {
    expect((await json(path('stale.jsonl'))).map(({ valid, ops }) => [valid, ops])).toEqual([[false, 5]]);
    expect((await json(path('stale.jsonl'), '--key', 'a')).map(({ valid, ops }) => [valid, ops])).toEqual([[true, 2]]);
    expect((await json(path('stale.jsonl'), '--key', 'a', '--key', 'b')).map(({ valid, ops }) => [valid, ops])).toEqual([[false, 5]]);
    const { exitCode, stdout } = await callMain('check', path('stale.jsonl'), '--key', 'c');
    expect([exitCode, stdout]).toEqual([64, expect.stringContaining('no operation is on key c; there are a, b')]);
  });

  it('lets one engine decide, and refuses one that there is not with those that there are', async () => {
    const [line] = await json(path('some/jepsen.log'), '--engine', 'windowed-search');
    expect(line).toMatchObject({ valid: true, engine: 'windowed-search' });
    const { exitCode, stderr } = await callMain('check', path('some/jepsen.log'), '--engine', 'windowed');
    expect([exitCode, stderr]).toEqual([64, expect.stringMatching(/^ORDEAL_BAD_OPTION {2}--engine\n {2}unknown engine "windowed".*known: .*windowed-search/)]);
  });

  describe('gives a checker its options', () => {
    const line = (type: string, process: number, f: string, value: unknown, time: number): string => JSON.stringify({ process, type, f, value, time });
    const check = (file: string, checker: string, ...pairs: readonly string[]) =>
      callMain('check', path(file), '--checker', checker, ...pairs.flatMap((pair) => ['--with', pair]));
    beforeAll(() => {
      const grants = [0, 1, 2].flatMap((n) => [line('invoke', n, 'acquire', null, n * 2_000_000), line('ok', n, 'acquire', null, n * 2_000_000 + 1_000_000)]);
      write('grants.jsonl', ...grants);
      const reads = ['paid', 'new'].flatMap((state, n) => [line('invoke', n, 'look', null, 4 * n), line('ok', n, 'look', state, 4 * n + 2)]);
      write('order.jsonl', ...reads);
    });

    it('numbers, choices, several of them', async () => {
      expect((await check('grants.jsonl', 'rate', 'limit=3', 'windowMs=100')).exitCode).toBe(0);
      const { exitCode, stdout } = await check('grants.jsonl', 'rate', 'limit=2', 'windowMs=100', 'per=all');
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining('3 grants happened within')]);
      expect((await check('grants.jsonl', 'rate', 'limit=2', 'windowMs=3')).exitCode).toBe(0);
    });

    it('JSON, and texts without quotes', async () => {
      const { exitCode, stdout } = await check('order.jsonl', 'state-machine', 'transitions={"new":["paid"]}', 'read=look');
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining('read "new" from the entity')]);
    });

    it('none: what a checker cannot judge without them is unknown, and says so', async () => {
      const { exitCode, stdout } = await check('grants.jsonl', 'rate');
      expect([exitCode, stdout]).toEqual([2, expect.stringContaining('State it, as in --with limit=100.')]);
    });

    it.each([
      ['one that it has not', 'limt=2', 'checker rate', 'Unrecognized key: "limt"'],
      ['a text for a number', 'limit=many', 'checker rate', 'limit: Invalid input: expected number, received string'],
      ['a number out of bounds', 'windowMs=0', 'checker rate', 'windowMs: Too small: expected number to be >0'],
      ['a choice that there is not', 'per=nobody', 'checker rate', 'per: Invalid option: expected one of "key"|"all"'],
      ['one without a value', 'limit', '--with', '"limit" is no key=value'],
      ['one without a name', '=3', '--with', '"=3" is no key=value'],
    ])('and refuses %s', async (_, pair, where, what) => {
      const { exitCode, stdout, stderr } = await check('grants.jsonl', 'rate', pair);
      expect([exitCode, stdout]).toEqual([64, '']);
      expect(stderr.startsWith(`ORDEAL_BAD_OPTION  ${where}\n  ${what}\n`)).toBe(true);
    });
  });

  it.each([
    ['--with', ['--with', 'limit=3'], 'nobody is named who is to get "limit"'],
    ['--model', ['--model', 'register', '--checker', 'rate'], 'the checker "rate" knows no models'],
    ['--consistency-model', ['--workload', 'list-append', '--checker', 'bank'], 'it is for transactions'],
    ['--consistency', ['--consistency', 'sequential', '--checker', 'bank'], 'it is for the checker linearizable, not for bank'],
    ['checker linearizable', ['--model', 'register', '--with', 'limit=3'], 'Unrecognized key: "limit"'],
    ['checker isolation', ['--consistency-model', 'serializable', '--with', 'limit=3'], 'Unrecognized key: "limit"'],
  ])('refuses what would go nowhere: %s', async (where, flags, what) => {
    const { exitCode, stdout, stderr } = await callMain('check', path('stale.jsonl'), ...flags);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(`ORDEAL_BAD_OPTION  ${where}\n  ${what}`);
  });

  it('gives an initial value to the checker that is named, and alone to the default model', async () => {
    expect((await json(path('stale.jsonl'), '--init', 'null'))[0]).toMatchObject({ valid: false, model: 'cas-register' });
    expect((await json(path('stale.jsonl'), '--checker', 'regular', '--init', 'null'))[0]).toMatchObject({ valid: false, model: 'regular' });
  });

  it('asks for less than the clock says where it is told to', async () => {
    const { exitCode, stdout } = await callMain('check', path('stale.jsonl'), '--consistency', 'sequential');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('valid')]);
    const refused = await callMain('check', path('stale.jsonl'), '--consistency', 'sequential', '--engine', 'chains');
    expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringMatching(/^ORDEAL_BAD_OPTION {2}--consistency\n/)]);
  });

  it('explains a conviction at length: the order, the states, the lanes', async () => {
    const short = await callMain('check', path('stale.jsonl'));
    const long = await callMain('check', path('stale.jsonl'), '--explain');
    expect([short.exitCode, long.exitCode]).toEqual([1, 1]);
    expect(short.stdout).not.toContain('longest order');
    for (const part of ['The longest order that can be had', 'read → 1 fits nowhere', '2: a read returns 2, not 1', '├ write 2 ┤', '✗']) {
      expect(long.stdout).toContain(part);
    }
    // events keep their numbers when other keys are left out
    expect((await callMain('check', path('stale.jsonl'), '--explain', '--key', 'b')).stdout.split('\n').slice(1)).toEqual(long.stdout.split('\n').slice(1));
  });

  it('writes the linearizations of what is valid, and with --json --explain tells them', async () => {
    const linearization = [
      { key: 'a', order: [0] },
      { key: 'b', order: [1] },
    ];
    const witness = path('witness.json');
    expect((await callMain('check', path('some/intervals.jsonl'), path('stale.jsonl'), '--witness', witness)).exitCode).toBe(1);
    const file = path('some/intervals.jsonl');
    expect(JSON.parse(readFileSync(witness, 'utf8'))).toEqual([{ file, model: 'cas-register', linearization }]);
    expect((await json(file, '--explain'))[0]?.linearization).toEqual(linearization);
    expect((await json(file))[0]).not.toHaveProperty('linearization');
    const { exitCode, stderr } = await callMain('check', file, '--witness', join(folder, 'absent', 'witness.json'));
    expect([exitCode, stderr]).toEqual([64, expect.stringMatching(/^ORDEAL_NO_SUCH_FILE .*\n {2}it cannot be written: ENOENT/)]);
  });
});
