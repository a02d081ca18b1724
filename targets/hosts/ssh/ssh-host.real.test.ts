/** Machines behind real sshds: who is let in, what survives a lost connection, and that nothing stays when we are gone. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capability, Change, NodeId } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import type { ProcessUndo } from '../../controls/process-signals/process-control.ts';
import { connect } from './connection.ts';
import { ssh } from './host.ts';
import { type Login, loginsOf } from './login.ts';
import { Machines, noMachines, SUDOER, type TestMachine } from './machines.test-support.ts';
import type { SshCluster } from './ssh-cluster.ts';
import { undoSshLinks, undoSshPause } from './ssh-undo.ts';

const missing = noMachines();
const clock = createRealClock();
const folder = mkdtempSync(join(tmpdir(), 'ordeal-ssh-'));
const cleanup: (() => unknown)[] = [];
const never = new AbortController().signal;
const CLEAN = { folders: '', tables: '', processes: '' };
const sleeper = { kind: 'exec', argv: ['sleep', '1000'], env: {}, ports: [] } as const;
let machines: Machines;
let runs = 0;

const given = (): Record<string, unknown> => ({
  sshNode: machines.nodes.split(','),
  sshKey: machines.key,
  sshKnownHosts: machines.knownHosts,
  sshFolder: machines.folder,
});
const open = (nodes: number, options: object = {}, ...instrument: readonly string[]): Promise<SshCluster> => {
  const runId = `h${process.pid}x${++runs}`;
  const request = { runId, nodes, instrument: new Set(instrument as Capability[]), rng: createRng(1), folder: join(folder, runId) };
  return ssh.open({ ...request, options: ssh.options.parse({ ...given(), ...options }), signal: never });
};
const [first, second] = [0, 1].map((i) => () => machines.machines[i] as TestMachine) as [() => TestMachine, () => TestMachine];
const loginWith = (options: object): Login => loginsOf(ssh.options.parse({ ...given(), ...options }), 1)[0]!.login;

async function until(condition: () => boolean): Promise<boolean> {
  const end = clock.now() + ms(45_000);
  while (!condition()) {
    if (clock.now() >= end) return false;
    await clock.sleep(ms(200));
  }
  return true;
}
const clean = (): boolean => [first(), second()].every((machine) => JSON.stringify(machines.left(machine)) === JSON.stringify(CLEAN));

async function harness(): Promise<{ readonly child: ChildProcess; readonly reaper: number; readonly changes: Readonly<Record<'cut' | 'pause', Change>> }> {
  const runId = `h${process.pid}x${++runs}`;
  const child = spawn(process.execPath, [entryPath(import.meta.url, './fixtures/harness-main'), join(folder, runId), runId, JSON.stringify(given())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanup.push(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim().split(' ').map(Number);
  const reaper = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('reaper-main'))!;
  return { child, reaper, changes: JSON.parse(line) as Record<'cut' | 'pause', Change> };
}

describe.skipIf(missing !== '')(`the ssh host${missing && ` (not run: ${missing})`}`, () => {
  beforeAll(() => {
    machines = new Machines(2);
  });
  afterEach(async () => {
    for (const each of cleanup.splice(0).reverse()) await each();
  });
  afterAll(() => {
    machines?.[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  it('leaves nothing on the nodes when its harness is killed', async () => {
    const { child } = await harness();
    expect(machines.left(first()).processes).toContain('sleep 1000');
    expect(machines.left(second()).tables).toMatch(/^table inet ordeal_h\w+$/);
    child.kill('SIGKILL');
    expect(await until(clean), JSON.stringify([machines.left(first()), machines.left(second())])).toBe(true);
  });

  it('heals by its journal lines, and by itself when harness and reaper were killed; what others made stays', async () => {
    const { child, reaper, changes } = await harness();
    machines.at(second(), 'nft add table inet ordeal && sh -c "sleep 500 >/dev/null 2>&1 &"');
    cleanup.push(() => machines.at(second(), 'nft delete table inet ordeal; kill $(pidof sleep)'));
    const { pid } = (changes.pause.undo as unknown as ProcessUndo).processes[0]!;
    const state = (): string => machines.at(first(), `cut -d' ' -f3 /proc/${pid}/stat`).trim();
    expect(state()).toBe('T');
    const [table = ''] = /table inet ordeal_h\w+/.exec(machines.left(second()).tables) ?? [];
    expect(table).not.toBe('');
    for (let i = 0; i < 2; i++) {
      await undoSshLinks(changes.cut, never);
      await undoSshPause(changes.pause, never);
    }
    expect(machines.left(second()).tables).toBe('table inet ordeal');
    expect(state()).toBe('S');
    // nobody beats any more: the machines count to ten, whatever is in our table
    machines.at(second(), `nft add ${table}`);
    for (const each of [reaper, child.pid!]) process.kill(each, 'SIGKILL');
    expect(await until(() => machines.left(first()).folders === '' && machines.left(second()).folders === '')).toBe(true);
    expect(machines.left(first())).toEqual(CLEAN);
    expect(machines.left(second())).toEqual({ ...CLEAN, tables: 'table inet ordeal', processes: 'sleep 500' });
  });

  it('goes on with the same processes when the connection was lost for a while', async () => {
    const cluster = await open(1);
    cleanup.push(() => cluster[Symbol.asyncDispose]());
    const node = cluster.nodes[0]!;
    await node.start(sleeper);
    const { identity } = node;
    machines.at(first(), 'for p in $(cd /proc; echo [0-9]*); do grep -q "[s]shd: root" /proc/$p/cmdline && kill -KILL $p; done 2>/dev/null; true');
    const control = cluster.control('processes')!;
    const pause = control.plan('pause', { type: 'pause', nodes: ['n1' as NodeId] });
    await control.apply(pause);
    await control.undo(pause);
    expect([node.state(), node.identity]).toEqual(['running', identity]);
    await node.stop('kill');
    expect(node.state()).toBe('stopped');
  });

  it('reaches a node through another machine, with a key of the agent', async () => {
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    cleanup.push(() => agent.kill());
    const before = process.env['SSH_AUTH_SOCK'];
    process.env['SSH_AUTH_SOCK'] = socket;
    cleanup.push(() => {
      if (before === undefined) delete process.env['SSH_AUTH_SOCK'];
      else process.env['SSH_AUTH_SOCK'] = before;
    });
    expect(await until(() => readdirSync(folder).includes('agent'))).toBe(true);
    execFileSync('ssh-add', ['-q', machines.key], { stdio: 'ignore' });
    const [jump, behind] = machines.nodes.split(',');
    const cluster = await open(1, { sshNode: [behind], sshKey: undefined, sshJump: jump }, 'net.cut');
    cleanup.push(() => cluster[Symbol.asyncDispose]());
    await cluster.nodes[0]!.start(sleeper);
    expect(machines.left(second()).processes).toContain('sleep 1000');
    expect(machines.left(first()).processes).not.toContain('sleep 1000');
    expect(() => cluster.control('links')!.plan('cut', { type: 'cut', links: [['clients', 'n1' as NodeId]] })).toThrow(/come through ssh/);
  });

  it.skipIf(!existsSync('/usr/bin/sudo'))('cuts links through sudo, and says so where it is needed', async () => {
    const node = `${SUDOER}@${first().address}:${machines.port}`;
    const options = { sshNode: [node], sshFolder: '/var/tmp' };
    await expect(open(1, options, 'net.cut')).rejects.toMatchObject({ code: 'ORDEAL_MISSING_CAPABILITY', remedy: expect.stringContaining('--ssh-sudo') });
    const cluster = await open(1, { ...options, sshSudo: true }, 'net.cut');
    cleanup.push(() => cluster[Symbol.asyncDispose]());
    const links = cluster.control('links')!;
    const cut = links.plan('cut', { type: 'cut', links: [['clients', 'n1' as NodeId]] });
    await links.apply(cut);
    expect(machines.at(first(), 'nft list ruleset')).toContain(`ip saddr ${machines.here} drop`);
    await links.undo(cut);
    expect(machines.left(first()).tables).toBe('');
    await cluster.nodes[0]!.start(sleeper);
    const { pid } = cluster.nodes[0]!.identity!;
    expect(machines.at(first(), `stat -c %u /proc/${pid}`).trim()).toBe('4242');
  });

  it('touches no machine that it does not know, that shows another key, or that is not allowed', async () => {
    const known = readFileSync(machines.knownHosts, 'utf8');
    const file = join(folder, 'known_hosts');
    const refusal = async (text: string) => {
      writeFileSync(file, text);
      return connect(loginWith({ sshKnownHosts: file })).catch((error: unknown) => error as { what: string; remedy: string });
    };
    expect(await refusal('')).toMatchObject({
      code: 'ORDEAL_NODE_FAILED',
      what: expect.stringContaining('(ssh-ed25519) is not in'),
      remedy: expect.stringContaining('ssh-keyscan -p 2222'),
    });
    const other = execFileSync('ssh-keygen', ['-y', '-f', machines.key], { encoding: 'utf8' }).trim();
    expect(await refusal(`[${first().address}]:2222 ${other}\n`)).toMatchObject({
      what: expect.stringContaining('is another than that in'),
      remedy: expect.stringContaining('stand between'),
    });
    expect(await refusal(`${known}@revoked * ${known.split('\n')[0]!.split(' ').slice(1).join(' ')}\n`)).toMatchObject({
      what: expect.stringContaining('revoked'),
    });
    const hashed = join(folder, 'hashed');
    writeFileSync(hashed, known);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' });
    (await connect(loginWith({ sshKnownHosts: hashed }))).close();
    const stranger = join(folder, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    await expect(connect(loginWith({ sshKey: stranger }))).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED', what: expect.stringContaining('no way in') });
    await expect(open(1, { sshAllow: ['*.example.org'] })).rejects.toMatchObject({
      code: 'ORDEAL_BAD_OPTION',
      what: expect.stringContaining('not among the machines'),
    });
    expect(await until(clean)).toBe(true);
  });
});
