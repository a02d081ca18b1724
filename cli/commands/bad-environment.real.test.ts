/** What the machine does to a run: ports taken, nodes that never answer, a full disk, signals. One clear message each, and the right exit code. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../nemesis/journal/index.ts';
import { runOrdeal, startOrdeal } from '../testing/run-ordeal.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-bad-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A system that is a program of the operating system: it listens where it should, or not, and answers nothing. */
function silentSystem(name: string, port: number): string {
  const path = join(folder, `${name}.config.mjs`);
  writeFileSync(
    path,
    `import { defineConfig, use } from 'ordeal';
const program = "console.log('I am up, and say nothing')\\nsetInterval(() => {}, 1000)";
const system = {
  name: 'silent', summary: 'never answers', needs: ['exec'], addressing: 'per-peer', options: { parse: () => ({}) },
  faultModel: { crashes: 'none', powerLoss: 'none', clocks: 'none' }, detectionMs: 500,
  provision: async () => null,
  program: () => ({ kind: 'exec', argv: [process.execPath, '-e', program], env: {}, ports: [${port}] }),
  ready: (cluster, signal) => new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  clients: { register: () => ({ open: async () => { throw new Error('nobody there'); }, classify: () => undefined }) },
  settled: async () => false,
};
export default defineConfig({ system: use(system), host: 'process', nodes: 2, tests: { silent: { workload: 'register', timeLimit: '5s' } } });
`,
  );
  return path;
}

function lastResults(out: string) {
  return JSON.parse(readFileSync(join(out, 'latest', 'results.json'), 'utf8'));
}

describe('a run', () => {
  it('whose nodes never become ready says so, with their states, and ends with 3', () => {
    const out = join(folder, 'never-ready');
    const { status, stdout, stderr } = runOrdeal(['run', silentSystem('never-ready', 7_301), '--ready-timeout', '1s', '--out', out], { cwd: folder });
    expect([status, stderr]).toEqual([3, '']);
    expect(stdout).toMatch(/silent: becoming ready took longer than 1\.0 s \(n1 running, n2 running\)\.? +Read the node logs in the run folder\./);
    expect(lastResults(out)).toMatchObject({ valid: 'unknown', exitCode: 3, reasons: [{ code: 'ORDEAL_NOT_READY' }] });
    const logs = readdirSync(join(out, 'latest', 'nodes', 'n1')).map((name) => readFileSync(join(out, 'latest', 'nodes', 'n1', name), 'utf8'));
    expect(logs.join('')).toContain('I am up, and say nothing');
  });

  it('that needs a port that somebody has names it, and ends with 3', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const out = join(folder, 'port');
    const child = startOrdeal(['run', silentSystem('port', port), '--ready-timeout', '2s', '--out', out], folder);
    const [[status]] = await Promise.all([once(child, 'exit')]);
    server.close();
    expect(status).toBe(3);
    const [reason] = lastResults(out).reasons;
    expect(reason).toMatchObject({
      code: 'ORDEAL_PORT_IN_USE',
      message: expect.stringContaining(`:${port} cannot be bound for n`),
      remedy: expect.stringContaining(`port ${port}`),
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that gets %s heals, judges what there is, and ends with %i', async (signal, code) => {
    const out = join(folder, signal);
    const child = startOrdeal(['run', 'raftkv', '--host', 'process', '--faults', 'pause', '--time-limit', '40', '--seed', '2', '--out', out], folder);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
      // in the middle of the first fault
      if (/▓ pause/.test(text) && child.exitCode === null && !child.killed) child.kill(signal);
    });
    const [status] = await once(child, 'exit');
    expect(status, text).toBe(code);
    expect(text).toContain('The run was interrupted before its time limit.');
    const { entries } = readJournal(join(out, 'latest', 'faults.jsonl'));
    expect(entries.at(-1)?.type).toBe('closed');
    expect(entries.filter(({ type }) => type === 'undone').length).toBeGreaterThan(0);
    expect(lastResults(out).faults.every((fault: { healed: boolean }) => fault.healed)).toBe(true);
  });
});

const root = process.getuid?.() === 0 && process.platform === 'linux';

describe('a run folder', () => {
  it.skipIf(!root).each(['sim', 'process'])('that is full ends a run on %s with 3, healed (needs root: a small tmpfs)', (host) => {
    const out = join(folder, `full-${host}`);
    mkdirSync(out);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', out]);
    try {
      const { status, stderr } = runOrdeal(['run', 'raftkv', '--host', host, '--faults', 'pause', '--time-limit', '30', '--seed', '2', '--out', out], {
        cwd: folder,
      });
      expect(status).toBe(3);
      expect(stderr).toMatch(
        /^ORDEAL_RUN_FOLDER {2}.*history\.jsonl\n {2}the history cannot be written: ENOSPC.*\n {2}Free space, or choose another folder with --out\.\n$/,
      );
      const { entries } = readJournal(join(out, 'latest', 'faults.jsonl'));
      const open = new Set(entries.flatMap((entry) => (entry.type === 'planned' ? [entry.change.id] : [])));
      for (const entry of entries) if (entry.type === 'undone') open.delete(entry.change);
      expect([...open]).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', out]);
    }
  });

  it('whose history was torn by a crash is judged to its last whole line', () => {
    const out = join(folder, 'torn');
    expect(runOrdeal(['run', 'raftkv', '--time-limit', '5', '--seed', '2', '--out', out], { cwd: folder }).status).toBe(0);
    const history = join(out, 'latest', 'history.jsonl');
    truncateSync(history, readFileSync(history).length - 25);
    const { status, stdout } = runOrdeal(['check', join(out, 'latest')], { cwd: folder });
    expect(stdout).toMatch(/^✓ valid .*history\.jsonl/);
    expect(stdout).toContain('torn');
    expect(status).toBe(0);
  });
});

describe('nothing', () => {
  it('of all this is left behind', () => {
    const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line.includes(folder))).toEqual([]);
  });
});
