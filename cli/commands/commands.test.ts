/** The command line as a whole: help, version, what is loaded for it, the Node that runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../api/version.ts';
import { callMain } from '../testing/call-main.ts';
import { runOrdeal } from '../testing/run-ordeal.ts';
import { COMMANDS } from './registry.ts';

const BIN = fileURLToPath(new URL('../../bin/ordeal.js', import.meta.url));

describe('help', () => {
  it('names every command, with an example and the exit codes', async () => {
    const { exitCode, stdout, stderr } = await callMain('--help');
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(stdout).toContain('npx ordeal demo');
    expect(stdout).toContain('0 valid · 1 violation · 2 unknown');
  });

  it('is what nothing gives', async () => {
    expect(await callMain()).toEqual(await callMain('--help'));
  });

  it.each(Object.keys(COMMANDS))('of %s has an example that names it, the same by `help` and by --help', async (name) => {
    const { exitCode, stdout, stderr } = await callMain(name, '--help');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Examples?:\\n {2}npx ordeal ${name}`, 'm'));
    expect(stdout).toContain('--json');
    expect(await callMain('help', name)).toEqual({ exitCode, stdout, stderr });
  });

  it('of a run lists the options of its system, workload and host', async () => {
    const { stdout } = await callMain('run', 'raftkv', '--workload', 'set', '--help');
    const headings = [...stdout.matchAll(/^Options of .*:$/gm)].map(([line]) => line);
    expect(headings).toEqual(['Options of raftkv:', 'Options of the workload set:', 'Options of the host sim:']);
    for (const flag of ['--bug <value>', '--no-pre-vote', '--consistency <value>', '--fsync-latency <value>']) expect(stdout).toContain(flag);
    expect((await callMain('run', '--host=process', 'etcd', '--help')).stdout).toContain('Options of the host process:');
    expect((await callMain('run', '--help')).stdout).not.toContain('Options of');
  });

  it('loads none of what it is about', () => {
    const print = `import { registerHooks } from 'node:module'; registerHooks({ load: (url, context, next) => { process.stderr.write(url + '\\n'); return next(url, context); } });`;
    const { status, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(print)}`, BIN, '--help'], {
      encoding: 'utf8',
    });
    const loaded = stderr.split('\n').filter((url) => url.startsWith('file:'));
    expect([status, loaded.some((url) => url.endsWith('/cli/main.ts'))]).toEqual([0, true]);
    expect(loaded.filter((url) => /\/(zod|targets|nemesis|workloads|checkers|reports)\/|\/api\/index/.test(url))).toEqual([]);
  });
});

describe('the version', () => {
  it('is the package', async () => {
    expect((await callMain('--version')).stdout).toBe(`${VERSION}\n`);
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+/);
  });

  const machines = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' });
  const old = machines.status === 0 && Number(/^v(\d+)/.exec(machines.stdout)?.[1]) < 22;

  it.skipIf(!old)('is told by an old Node as well, which hands over to the one of the checkout (needs /usr/bin/node below 22)', () => {
    const { status, stdout, stderr } = spawnSync('/usr/bin/node', [BIN, '--version'], { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, `${VERSION}\n`, '']);
    expect(spawnSync('/usr/bin/node', [BIN, 'rum'], { encoding: 'utf8' }).status).toBe(64);
  });
});

describe('list', () => {
  it('says the same to people and to programs', async () => {
    const { stdout } = await callMain('list', '--json');
    const lists = JSON.parse(stdout) as Readonly<Record<string, readonly { readonly name: string; readonly summary: string }[]>>;
    expect(Object.keys(lists)).toEqual(['systems', 'hosts', 'workloads', 'families', 'faults', 'checkers', 'models', 'incidents']);
    const text = (await callMain('list')).stdout;
    for (const rows of Object.values(lists)) {
      expect(rows.length).toBeGreaterThan(1);
      for (const { name, summary } of rows) expect(text).toMatch(new RegExp(`^ {2}${name} +${summary.replace(/[.*+?^${'$'}{}()|[\]\\]/g, '\\$&')}`, 'm'));
    }
  });
});

describe('a process of its own', () => {
  it('ends with the exit code and prints nothing but its answer', () => {
    const { status, stdout, stderr } = runOrdeal(['list', 'models', '--json']);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).map((row: { name: string }) => row.name)).toContain('cas-register');
    const wrong = runOrdeal(['list', 'modles']);
    expect([wrong.status, wrong.stdout]).toEqual([64, '']);
    expect(wrong.stderr).toMatch(/^ORDEAL_USAGE {2}ordeal list\n/);
  });

  it('goes on to its end and its exit code when nobody reads its answer any more', async () => {
    const child = spawn(process.execPath, [BIN, 'list', 'modles'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([64, null]);
    const listing = spawn(process.execPath, [BIN, 'list', 'models'], { stdio: ['ignore', 'pipe', 'pipe'] });
    listing.stdout.destroy();
    let complaints = '';
    listing.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    expect(await once(listing, 'close')).toEqual([0, null]);
    expect(complaints).toBe('');
  });

  it('keeps what it compiled for the next one, and goes without where there is no place for it', () => {
    const home = mkdtempSync(join(tmpdir(), 'ordeal-home-'));
    try {
      for (const XDG_CACHE_HOME of [join(home, 'cache'), '/dev/null', '/proc/nowhere']) {
        const env = { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME };
        const { status, stderr } = spawnSync(process.execPath, [BIN, 'list', 'models'], { env, encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, '']);
      }
      expect(readdirSync(join(home, 'cache', 'ordeal', 'compiled'))).toHaveLength(1);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
