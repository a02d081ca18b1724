/** What people do wrong: each gives one clear message with the remedy, and the right exit code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { callMain } from '../testing/call-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A file of its own with that content. */
function file(content: string | Uint8Array, name = `given-${files++}`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function config(body: string): string {
  return file(`export default ${body};\n`, `given-${files++}.mjs`);
}

const RUN = ['run', 'raftkv'] as const;

describe('names, options and values of `ordeal run`', () => {
  it.each<[what: string, argv: readonly string[], exitCode: number, stderr: string]>([
    ['an unknown command', ['rum'], 64, "ORDEAL_USAGE  ordeal\n  unknown command 'rum' (Did you mean run?)\n  See `ordeal --help`.\n"],
    [
      'an unknown option',
      [...RUN, '--fautls', 'kill'],
      64,
      "ORDEAL_USAGE  ordeal run\n  unknown option '--fautls' (Did you mean --faults?)\n  See `ordeal run --help`.\n",
    ],
    [
      'an unknown system',
      ['run', 'etdc'],
      64,
      'ORDEAL_UNKNOWN_SYSTEM\n  unknown system "etdc"; did you mean "etcd"? (known: raftkv, etcd, rqlite, postgres, postgres-2pc, postgres-outbox, galera, rabbitmq, redis, redis-sentinel, redis-cluster, nats, zookeeper)\n  See `ordeal list systems`.\n',
    ],
    [
      'an unknown workload',
      [...RUN, '--workload', 'regster'],
      64,
      'ORDEAL_UNKNOWN_WORKLOAD  --workload\n  unknown workload "regster"; did you mean "register"? (known: register, set, counter, bank, transfers, queue, lock, watch, semaphore, leader-election, requests, list-append, rw-register, write-skew, predicate, long-fork, unique-ids)\n  See `ordeal list workloads`.\n',
    ],
    [
      'a workload that the system has no client for',
      ['run', 'etcd', '--workload', 'counter'],
      64,
      'ORDEAL_UNKNOWN_WORKLOAD  --workload\n  etcd has no client for the workload "counter" (it has: register, set, unique-ids, lock, watch, semaphore, leader-election)\n  See `ordeal list workloads`.\n',
    ],
    [
      'an unknown host',
      [...RUN, '--host', 'simm'],
      64,
      'ORDEAL_UNKNOWN_HOST  --host\n  unknown host "simm"; did you mean "sim"? (known: sim, process, netns, docker, ssh)\n  See `ordeal list hosts`.\n',
    ],
    [
      'a host that the system cannot run on',
      ['run', 'etcd', '--host', 'sim'],
      64,
      'ORDEAL_UNSUITABLE_HOST  --host sim\n  etcd is a real program; the simulator runs node programs only\n  Use --host process or --host netns.\n',
    ],
    [
      'a bad value of an option of the system',
      [...RUN, '--bug', 'foo'],
      64,
      expect.stringMatching(
        /^ORDEAL_USAGE {2}ordeal run\n {2}option '--bug <value>' argument 'foo' is invalid\. Allowed choices are stale-leader-read, /,
      ) as never,
    ],
    ['no number', [...RUN, '--nodes', 'x'], 64, 'ORDEAL_BAD_OPTION  --nodes\n  "x" is not a number above zero\n  See the command with --help.\n'],
    ['no nodes', [...RUN, '--nodes', '0'], 64, 'ORDEAL_BAD_OPTION  --nodes\n  "0" is not a number above zero\n  See the command with --help.\n'],
    ['half a node', [...RUN, '--nodes', '2.5'], 64, 'ORDEAL_BAD_OPTION  --nodes\n  "2.5" is not a whole number\n  See the command with --help.\n'],
    [
      'a number of the workload that is too small',
      [...RUN, '--keys', '0'],
      64,
      'ORDEAL_BAD_OPTION  workload register\n  keys: Too small: expected number to be >=1\n  See the command with --help.\n',
    ],
    ['no number for the workload', [...RUN, '--keys', 'many'], 64, 'ORDEAL_BAD_OPTION  --keys\n  "many" is not a number\n  See the command with --help.\n'],
    [
      'a bad duration',
      [...RUN, '--time-limit', '5parsecs'],
      64,
      `ORDEAL_BAD_DURATION  --time-limit\n  "5parsecs" is not a duration\n  Write a number and a unit: '5s', '250ms', '2m'.\n`,
    ],
    ['no time', [...RUN, '--time-limit', '0'], 64, 'ORDEAL_BAD_OPTION  --time-limit\n  it must be longer than nothing\n  See the command with --help.\n'],
    [
      'a time limit without room for the faults',
      [...RUN, '--time-limit', '1', '--faults', 'partition'],
      64,
      expect.stringMatching(
        /^ORDEAL_TIME_LIMIT_TOO_SHORT {2}--time-limit\n {2}a time limit of 1\.000 s is too short for the faults partition: at least [\d.]+ s are needed\n {2}Use a time limit of \d+ s or more, or fewer faults\.\n$/,
      ) as never,
    ],
    [
      'a folder for results that cannot be made',
      [...RUN, '--time-limit', '5', '--out', '/dev/null/results'],
      3,
      expect.stringMatching(
        /^ORDEAL_RUN_FOLDER {2}\/dev\/null\/results\/.*\n {2}cannot write: ENOTDIR.*\n {2}Free space, or choose another folder with --out\.\n$/,
      ) as never,
    ],
  ])('%s', async (_what, argv, exitCode, stderr) => {
    expect(await callMain(...argv)).toEqual({ exitCode, stdout: '', stderr });
  });

  it('an unknown fault, with everything that there is', async () => {
    const { exitCode, stderr } = await callMain(...RUN, '--faults', 'kill,partion');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(
      /^ORDEAL_UNKNOWN_FAULT {2}--faults\n {2}unknown fault "partion"; did you mean "partition"\? \(known: partition, response-loss, network, kill, .*\)\n {2}See `ordeal list faults`\.\n$/,
    );
  });

  it('a capability that the machine or the host has not', async () => {
    const { exitCode, stdout, stderr } = await callMain(...RUN, '--host', 'process', '--faults', 'network');
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^ORDEAL_MISSING_CAPABILITY {2}--faults\n {2}the faults "network" need net\.shape: .+\n {2}.+\n$/);
  });

  it('a mistake told to programs, too', async () => {
    const { exitCode, stdout, stderr } = await callMain(...RUN, '--rate', '-5', '--json');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('ORDEAL_BAD_OPTION');
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'ORDEAL_BAD_OPTION', message: '"-5" is not a number above zero', where: '--rate', remedy: 'See the command with --help.', exitCode: 64 },
    });
  });
});

describe('configurations', () => {
  const system = 'system: "raftkv"';
  const test = 'workload: "register"';

  it.each<[what: string, argv: () => readonly string[], message: RegExp]>([
    ['no such file', () => [join(folder, 'absent.ts')], /^ORDEAL_NO_SUCH_FILE .*absent\.ts\n {2}there is no such configuration file\n {2}Check the path\.\n$/],
    ['code that does not run', () => [file('export default (', 'broken.mjs')], /^ORDEAL_BAD_CONFIG .*broken\.mjs\n {2}it cannot be loaded: /],
    ['an unknown key', () => [config(`{ ${system}, tests: {}, nods: 3 }`)], /^ORDEAL_BAD_CONFIG .*\n {2}Unrecognized key: "nods"\n/],
    [
      'an unknown key of a test',
      () => [config(`{ ${system}, tests: { a: { ${test}, timelimit: '5s' } } }`)],
      /^ORDEAL_BAD_CONFIG .* › tests\.a\n {2}Unrecognized key: "timelimit"\n/,
    ],
    ['no tests', () => [config(`{ ${system} }`)], /^ORDEAL_BAD_CONFIG .* › tests\n/],
    ['no default export', () => [file('export const a = 1;\n', 'none.mjs')], /^ORDEAL_BAD_CONFIG .*\n {2}it has no default export\n/],
    [
      'a bad duration',
      () => [config(`{ ${system}, tests: { a: { ${test}, timeLimit: 'soon' } } }`)],
      /^ORDEAL_BAD_DURATION {2}tests\.a\.timeLimit\n {2}"soon" is not a duration\n/,
    ],
    [
      'a test that it does not have',
      () => [config(`{ ${system}, tests: { abc: { ${test} } } }`), '--test', 'abd'],
      /^ORDEAL_BAD_CONFIG .*\n {2}unknown test "abd"; did you mean "abc"\? \(known: abc\)\n/,
    ],
    [
      'an unknown system',
      () => [config(`{ system: 'raftvk', tests: { a: { ${test} } } }`)],
      /^ORDEAL_UNKNOWN_SYSTEM\n {2}unknown system "raftvk"; did you mean "raftkv"\?/,
    ],
    ['a bad flag beside it', () => [config(`{ ${system}, tests: { a: { ${test} } } }`), '--nodes', 'three'], /^ORDEAL_BAD_OPTION {2}--nodes\n/],
    [
      'a flag that only a system has',
      () => [config(`{ ${system}, tests: { a: { ${test} } } }`), '--workload', 'set'],
      /^ORDEAL_BAD_OPTION {2}--workload\n {2}with a configuration, the options of systems, workloads and hosts stand in it\n/,
    ],
    [
      'a system beside it',
      () => ['raftkv', '--config', config(`{ ${system}, tests: {} }`)],
      /^ORDEAL_USAGE {2}raftkv\n {2}a configuration names its system itself\n/,
    ],
  ])('%s', async (_what, argv, message) => {
    const { exitCode, stdout, stderr } = await callMain('run', ...argv());
    expect(stderr).toMatch(message);
    expect([exitCode, stdout, stderr.trim().split('\n').length]).toEqual([64, '', 3]);
  });
});

describe('histories', () => {
  const EVENT = '{"index":0,"type":"invoke","process":0,"f":"read","value":null,"time":0}';
  const HEADER = '{"ordeal":"history","schemaVersion":1,"operations":[{"f":"read","effect":"none","deadline":1000000000}]}';

  it.each<[what: string, content: string | Uint8Array, exitCode: number, text: RegExp]>([
    ['an empty one', '', 2, /^\? unknown .*\n {4}ORDEAL_EMPTY_HISTORY .*the file is empty\n {4}Nothing was tested; record a history first\.\n$/],
    [
      'a binary one',
      Uint8Array.from({ length: 2048 }, (_, i) => (i * 151 + 7) & 255),
      64,
      /^! unreadable .*\n {4}ORDEAL_UNKNOWN_FORMAT .*this is binary data .*\n {4}See `ordeal check --help` for the formats\.\n$/,
    ],
    [
      'a packed one',
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0),
      64,
      /^! unreadable .*\n {4}ORDEAL_UNKNOWN_FORMAT .*gzip.*\n {4}Unpack it first: gunzip -k FILE\.\n$/,
    ],
    ['a text that is none', 'dear diary\n', 64, /^! unreadable .*\n {4}ORDEAL_UNKNOWN_FORMAT .*"dear diary".*\n/],
    [
      'one of another model',
      `{:process 0, :type :invoke, :f :enqueue, :value 1}\n{:process 0, :type :ok, :f :enqueue, :value 1}\n`,
      64,
      /^! unreadable .*\n {4}ORDEAL_FOREIGN_HISTORY .*\n {4}Choose another --model; `ordeal list models` names their operations\.\n$/,
    ],
    [
      'one with a completion from nowhere',
      `{:process 0, :type :ok, :f :read, :value 1}\n`,
      64,
      /^! unreadable .*\n {4}ORDEAL_BAD_HISTORY .*:1: process 0 completes an operation that it has not invoked\n {4}Correct the named line, or try --lenient\.\n$/,
    ],
    ['one of a later version', `${HEADER.replace('"schemaVersion":1', '"schemaVersion":99')}\n${EVENT}\n`, 64, /^! unreadable .*\n {4}ORDEAL_/],
  ])('%s', async (_what, content, exitCode, text) => {
    const called = await callMain('check', file(content));
    expect(called.stdout).toMatch(text);
    expect([called.exitCode, called.stderr]).toEqual([exitCode, '']);
  });

  it('judge the rest, and say 64 when one of several cannot be read', async () => {
    mkdirSync(join(folder, 'several'));
    const good = ['invoke', 'ok'].map((type) => `{:process 0, :type :${type}, :f :write, :value 1}\n`).join('');
    writeFileSync(join(folder, 'several', 'a.edn'), good);
    writeFileSync(join(folder, 'several', 'b.edn'), 'not edn');
    const { exitCode, stdout } = await callMain('check', join(folder, 'several'), join(folder, 'absent.edn'), '--json');
    const checked = JSON.parse(stdout) as readonly { readonly valid: unknown; readonly error?: { readonly code: string } }[];
    expect(checked.map(({ valid, error }) => error?.code ?? valid)).toEqual([true, 'ORDEAL_UNKNOWN_FORMAT', 'ORDEAL_NO_SUCH_FILE']);
    expect(exitCode).toBe(64);
  });

  it.each<[what: string, argv: readonly string[], stderr: string]>([
    [
      'an unknown model',
      ['--model', 'cas-registr'],
      expect.stringMatching(
        /^ORDEAL_UNKNOWN_MODEL {2}--model\n {2}unknown model "cas-registr"; did you mean "cas-register"\? \(known: register, cas-register, .*\)\n {2}See `ordeal list models`\.\n$/,
      ) as never,
    ],
    [
      'an unknown checker',
      ['--checker', 'sett'],
      expect.stringMatching(/^ORDEAL_UNKNOWN_CHECKER {2}--checker\n {2}unknown checker "sett"; did you mean "set"\?/) as never,
    ],
    ['an initial value that is not JSON', ['--init', '{'], `ORDEAL_BAD_OPTION  --init\n  "{" is not JSON\n  Write a JSON value: null, 0, '"text"'.\n`],
    ['a bad budget', ['--budget', 'long'], `ORDEAL_BAD_DURATION  --budget\n  "long" is not a duration\n  Write a number and a unit: '5s', '250ms', '2m'.\n`],
    ['no such format', ['--format', 'xml'], expect.stringMatching(/^ORDEAL_USAGE {2}ordeal check\n.*Allowed choices are auto, ordeal, edn/) as never],
  ])('%s', async (_what, argv, stderr) => {
    expect(await callMain('check', file(''), ...argv)).toEqual({ exitCode: 64, stdout: '', stderr });
  });
});

describe('runs', () => {
  it.each([
    ['replay', 64, 'ORDEAL_NO_SUCH_RUN  absent\n  there is no run.json in it\n  Name a run folder, or `latest`.\n'],
    ['report', 64, 'ORDEAL_NO_SUCH_RUN  absent\n  there is no run.json in it\n  Name a run folder, or `latest`.\n'],
    ['heal', 64, 'ORDEAL_NO_SUCH_RUN  absent\n  there is no such folder\n  Name a run folder, or `latest`.\n'],
  ])('%s of one that is not there', async (command, exitCode, stderr) => {
    expect(await callMain(command, 'absent')).toEqual({ exitCode, stdout: '', stderr });
  });

  it('replay of one whose plan is torn', async () => {
    mkdirSync(join(folder, 'torn-run'));
    file('{"plan": {"name"', 'torn-run/run.json');
    const { exitCode, stderr } = await callMain('replay', join(folder, 'torn-run'));
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^ORDEAL_NO_SUCH_RUN .*\n {2}its run\.json cannot be read: .*\n {2}Name a run folder, or `latest`\.\n$/);
  });
});
