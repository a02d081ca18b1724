/** The package as a stranger gets it: packed, installed into an empty folder, started by npx. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTRY_POINTS } from '../../harness/entry/entry-points.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ordeal-package-'));
const installed = join(folder, 'node_modules', 'ordeal');
let packed: readonly string[] = [];

function run(command: string, args: readonly string[], cwd = folder): SpawnSyncReturns<string> {
  // the Node of these tests comes first: npx must not find an older one
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const env = { ...process.env, PATH: path, NO_COLOR: '1', npm_config_ignore_scripts: '', INIT_CWD: undefined };
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 << 20 });
}

const ordeal = (...args: string[]): SpawnSyncReturns<string> => run('npx', ['--no-install', 'ordeal', ...args]);

beforeAll(() => {
  const pack = run('npm', ['pack', '--silent', '--json', '--pack-destination', folder], checkout);
  expect(pack.status, pack.stderr).toBe(0);
  const report: unknown = JSON.parse(pack.stdout.slice(pack.stdout.search(/^[[{]/m)));
  const [described] = Object.values(report as object) as [{ readonly files: readonly { readonly path: string }[] }];
  packed = described.files.map(({ path }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  const install = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
  expect(install.status, install.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what runs, and nothing that only tests need', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['bin/ordeal.js', 'dist/cli/main.js', 'dist/api/index.d.ts', 'README.md', 'LICENSE', 'docs/architecture.md']),
    );
    expect(packed.filter((path) => /\.(test|soak|test-support)\.|\/(fixtures|testing|conformance)\//.test(path) && path.startsWith('dist/'))).toEqual([]);
    expect(packed.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.startsWith('examples/'))).toEqual([]);
  });

  it('has the entry points that it promises', () => {
    const specifiers = Object.keys(ENTRY_POINTS);
    const script = `for (const s of ${JSON.stringify(specifiers)}) console.log(s, Object.keys(await import(s)).length > 0)`;
    const { stdout, stderr } = run(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(specifiers.map((specifier) => `${specifier} true`));
  });

  it('runs the demo', () => {
    const { status, stdout, stderr } = ordeal('demo');
    expect(status, stdout + stderr).toBe(0);
    expect(readdirSync(join(folder, 'ordeal-results', 'latest'))).toEqual(
      expect.arrayContaining(['history.jsonl', 'faults.jsonl', 'results.json', 'run.json']),
    );
  });

  it('judges a history in a worker thread', () => {
    const line = (process_: number, f: string, value: number, out: number | null, call: number): string =>
      JSON.stringify({ process: process_, f, value, out, call, return: call + 5, ok: true });
    writeFileSync(join(folder, 'stale.jsonl'), `${[line(0, 'write', 1, null, 0), line(1, 'read', 0, 0, 10)].join('\n')}\n`);
    const { status, stdout } = ordeal('check', 'stale.jsonl', 'ordeal-results/latest', '--model', 'cas-register', '--json');
    const checked = JSON.parse(stdout) as readonly { readonly file: string; readonly valid: unknown }[];
    expect(checked.map(({ file, valid }) => [file, valid])).toEqual([
      ['stale.jsonl', false],
      [join('ordeal-results', 'latest', 'history.jsonl'), expect.anything()],
    ]);
    expect(status).toBe(1);
  });
});

describe("a user's own store beside the package", () => {
  const own = join(folder, 'own');
  beforeAll(() => {
    // Node runs no TypeScript below node_modules, so examples are copied before they are used
    mkdirSync(own, { recursive: true });
    cpSync(join(installed, 'examples', 'own-store'), own, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  });

  it('runs on the simulator and as processes, judged by its own model', () => {
    const simulated = ordeal('run', 'own/ordeal.config.ts', '--time-limit', '13', '--seed', '1', '--json');
    expect(simulated.status, simulated.stderr).toBe(0);
    expect(ordeal('run', 'own/broken.config.ts', '--time-limit', '13', '--seed', '1', '--json').status).toBe(1);
    const real = ordeal('run', 'own/ordeal.config.ts', '--host', 'process', '--time-limit', '14', '--seed', '1', '--json');
    expect(real.status, real.stdout + real.stderr).toBe(0);
    expect(JSON.parse(real.stdout).host).toBe('process');
  });

  it('runs on processes of the embedded system, too', () => {
    const { status, stdout, stderr } = ordeal('run', 'raftkv', '--host', 'process', '--faults', 'kill', '--time-limit', '6', '--seed', '3', '--json');
    expect(status, stdout + stderr).toBe(0);
  });

  it('runs what init writes, which convicts the service to practise on', () => {
    expect(ordeal('init', 'practice').status).toBe(0);
    const { status, stdout, stderr } = run('npx', ['--no-install', 'ordeal', 'run', '--test', 'lost-answers', '--json'], join(folder, 'practice'));
    expect(status, stdout + stderr).toBe(1);
    expect(JSON.parse(stdout).sentence).toMatch(/^order \d+ .* and its effect happened /i);
  });

  it('type-checks against the declarations of the package, as does what init writes', () => {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      exactOptionalPropertyTypes: true,
      types: ['node'],
      typeRoots: [join(checkout, 'node_modules', '@types')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['own', 'practice'] }));
    const { status, stdout } = run(process.execPath, [join(checkout, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder]);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
