import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capability, LinkEnd, NodeId, Ns, Program } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { processTree, readProc, readStat, signal } from '../../controls/procfs/processes.ts';
import type { ProcessCluster } from './assemble-cluster.ts';
import { processHost } from './host.ts';

const linux = process.platform === 'linux';
const only = linux ? '' : ' (skipped: not Linux)';
const clock = createRealClock();
const folder = mkdtempSync(join(tmpdir(), 'ordeal-process-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;
const open = (nodes: number, instrument: string[] = ['net.cut'], signalOf = new AbortController().signal): Promise<ProcessCluster> => {
  const runId = `host-test-${process.pid}-${++runs}`;
  return processHost.open({
    runId,
    nodes,
    instrument: new Set(instrument as Capability[]),
    options: processHost.options.parse({}),
    rng: createRng(runs),
    folder: join(folder, runId),
    signal: signalOf,
  });
};
const until = async (holds: () => boolean | Promise<boolean>, seconds = 10): Promise<void> => {
  const end = clock.now() + ms(seconds * 1_000);
  while (!(await holds()) && clock.now() < end) await clock.sleep(ms(20));
  expect(await holds()).toBe(true);
};
const gone = (pid: number): boolean => ['Z', 'X', undefined].includes(readStat(pid)?.state);

/** A harness in a process of its own, and everything that lives below it. */
const startHarness = async (name: string) => {
  const child = spawn(process.execPath, [entryPath(import.meta.url, './fixtures/harness-main'), join(folder, name), name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = async () => JSON.parse(String((await once(child.stdout as Readable, 'data'))[0])) as { nodes: number[]; answer?: string };
  const { nodes } = await line();
  const pid = child.pid!;
  const ask = () => {
    child.stdin.write('?\n');
    return line();
  };
  return { pid, nodes, ask, all: processTree(pid).filter((other) => other !== pid) };
};

describe.skipIf(!linux)(`the process host when its harness is killed${only}`, () => {
  it('leaves nothing running and no claim, and another run unharmed', async () => {
    const [one, two] = await Promise.all([startHarness('one'), startHarness('two')]);
    expect(one.nodes.length).toBe(4);
    // Four nodes, two children of a script, proxy, probe agent, reaper.
    expect(one.all.length).toBeGreaterThanOrEqual(9);
    expect(one.all.filter((pid) => two.all.includes(pid))).toEqual([]);
    const locks = () => readdirLocks().filter((lock) => lock.pid === one.pid);
    expect(locks().length).toBe(1);
    signal(one.pid, 'SIGKILL');
    await until(() => one.all.every(gone), 2);
    await until(() => locks().length === 0);
    expect(two.all.filter(gone)).toEqual([]);
    expect(await two.ask()).toEqual({ answer: 'well' });
    signal(two.pid, 'SIGKILL');
    await until(() => two.all.every(gone), 2);
  });
});

const readdirLocks = (): readonly { pid: number }[] => {
  const place = join(tmpdir(), 'ordeal-loopback');
  if (!existsSync(place)) return [];
  return [...Array(255).keys()].flatMap((part) => {
    const path = join(place, `${part}.lock`);
    return existsSync(path) ? [JSON.parse(readFileSync(path, 'utf8')) as { pid: number }] : [];
  });
};

const PORT = 8_080;
const gossip = join(import.meta.dirname, 'fixtures', 'gossip.cjs');
/** The program dials from whatever address the kernel gives it, in a child of the node's first process. */
const gossipOn = (cluster: ProcessCluster, self: number): Program => {
  const node = cluster.nodes[self]!;
  const bind = node.bindAddress(PORT);
  const peers = cluster.nodes.filter((peer) => peer !== node).map((peer) => peer.peerAddress(PORT, peer.id));
  const args = [node.id, bind.host, String(bind.port), ...peers.map(({ host, port }) => `${host}:${port}`)];
  return { kind: 'exec', argv: ['sh', '-c', '"$@"; exit 3', 'sh', process.execPath, gossip, ...args], env: {}, ports: [PORT] };
};
const heard = async (cluster: ProcessCluster, at: number, path = 'seen'): Promise<Record<string, number>> => {
  const { host, port } = cluster.nodes[at]!.address(PORT, 'control');
  const answer = await fetch(`http://${host}:${port}/${path}`).catch(() => undefined);
  return ((await answer?.json()) ?? {}) as Record<string, number>;
};

describe.skipIf(!linux)(`programs that advertise one address to all${only}`, () => {
  it('are cut by who dialled: the proxy finds the process behind each connection', async () => {
    process.env['SECRET_OF_THE_HARNESS'] = 'hunter2';
    await using cluster = await open(3);
    for (const [i, node] of cluster.nodes.entries()) await node.start(gossipOn(cluster, i));
    const hears = async (at: number, from: string) => (await heard(cluster, at))[from] !== undefined;
    await until(async () => (await hears(0, 'n2')) && (await hears(1, 'n1')) && (await hears(2, 'n1')) && (await hears(1, 'n3')));
    const links = cluster.control('links')!;
    // Every exchange needs both directions: what n2 dials towards n1 dies as well, what n3 does with either goes on.
    const change = links.plan('cut', { type: 'cut', links: [['n1', 'n2'] as unknown as [LinkEnd, LinkEnd]] });
    await links.apply(change);
    expect(await links.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
    for (const at of [0, 1, 2]) await heard(cluster, at, 'forget');
    await until(async () => (await hears(0, 'n3')) && (await hears(1, 'n3')) && (await hears(2, 'n1')) && (await hears(2, 'n2')));
    await clock.sleep(ms(500));
    expect([await hears(1, 'n1'), await hears(0, 'n2')]).toEqual([false, false]);
    await links.undo(change);
    await until(async () => (await hears(1, 'n1')) && (await hears(0, 'n2')));
    const log: string[] = [];
    for await (const line of cluster.nodes[0]!.logs()) log.push(line);
    expect(log).toContain('listening with no secret');
  });

  it('are proven paused, killed and moved in time through what they themselves answer', async () => {
    await using cluster = await open(1, []);
    const node = cluster.nodes[0]!;
    await node.start(gossipOn(cluster, 0));
    const n1 = ['n1'] as NodeId[];
    await until(async () => (await node.contact(ms(1_000))).reply === 'answered');
    const processes = cluster.control('processes')!;
    for (const type of ['pause', 'kill'] as const) {
      const change = processes.plan(type, { type, nodes: n1 });
      expect(await processes.probe(change, 'applied')).toMatchObject({ holds: false });
      await processes.apply(change);
      expect(await processes.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
      await processes.undo(change);
      expect(await processes.probe(change, 'undone')).toMatchObject({ holds: true });
    }
    const clocks = cluster.control('clocks');
    if (clocks === undefined) return;
    const jump = clocks.plan('jump', { type: 'jump', nodes: n1, offset: 60_000_000_000 as Ns, scope: 'wall' });
    await clocks.apply(jump);
    expect(await clocks.probe(jump, 'applied')).toMatchObject({ holds: true, independent: true });
    await clocks.undo(jump);
    expect(await clocks.probe(jump, 'undone')).toMatchObject({ holds: true });
    expect(cluster.control('links')).toBeUndefined();
  });
});

describe('the process host', () => {
  it('names a port that is taken', async () => {
    await using cluster = await open(1, []);
    const squatter = createServer().listen(0, '0.0.0.0');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    try {
      const program: Program = { kind: 'exec', argv: ['sleep', '1000'], env: {}, ports: [port] };
      await expect(cluster.nodes[0]!.start(program)).rejects.toMatchObject({ code: 'ORDEAL_PORT_IN_USE', exitCode: 3 });
      expect(cluster.nodes[0]!.state()).toBe('stopped');
    } finally {
      squatter.close();
    }
  });

  it('says that a program does not exist, and that one crashed', async () => {
    await using cluster = await open(1, []);
    const node = cluster.nodes[0]!;
    const run = (...argv: string[]) => node.start({ kind: 'exec', argv, env: { GREETING: 'hello' }, ports: [] });
    await expect(run('no-such-program-here')).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
    await run('sh', '-c', 'echo $GREETING; exit 7');
    await until(() => node.state() === 'crashed');
    expect(readFileSync(join(node.dataDir, '..', 'lifecycle.log'), 'utf8')).toMatch(/ended: exit 7 \(a crash\)/);
    await run('sh', '-c', 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    await until(async () => {
      for await (const line of node.logs()) if (line === 'up') return true;
      return false;
    });
    await node.stop('terminate');
    expect(node.state()).toBe('stopped');
    expect(readFileSync(join(node.dataDir, '..', 'node.log'), 'utf8')).toBe('hello\nup\nbye\n');
  });

  it('leaves nothing when its opening is given up, and nothing but logs when it is closed', async () => {
    const given = new AbortController();
    given.abort(new Error('changed my mind'));
    await expect(open(1, [], given.signal)).rejects.toThrow('changed my mind');
    let dataDir = '';
    let owned: number[] = [];
    {
      await using cluster = await open(2);
      await cluster.nodes[0]!.start({ kind: 'exec', argv: ['sleep', '1000'], env: {}, ports: [] });
      dataDir = cluster.nodes[0]!.dataDir;
      owned = cluster.ownedProcesses().map(({ pid }) => pid);
      expect(owned.length).toBe(1);
      expect(existsSync(dataDir)).toBe(true);
    }
    expect(existsSync(dataDir)).toBe(false);
    if (linux) expect(owned.map((pid) => readProc(`${pid}/cmdline`))).toEqual([undefined]);
    expect(existsSync(join(dataDir, '..', 'node.log'))).toBe(true);
  });
});
