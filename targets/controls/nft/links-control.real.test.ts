import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Address, Capability, Change, Cluster, Control, LinkEnd, LinkParams, NodeId, Position } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import { netns } from '../../hosts/netns/host.ts';
import { switchNamespace } from '../../hosts/netns/namespaces.ts';
import { tableScript } from './cut-script.ts';
import { undoNftLinks } from './links-undo.ts';
import { insideNamespace, nft } from './nft.ts';

const network = (await netns.probe()).get('net.cut' as Capability);
const runId = `nft${process.pid}`;
const hub = switchNamespace(runId);
const folder = mkdtempSync(join(tmpdir(), 'ordeal-nft-'));
const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];
const PORT = 7_000;
const never = new AbortController().signal;

let cluster: Cluster & AsyncDisposable;
let links: Control<LinkParams>;
/** What each test cut: undone after it, whatever became of it. */
const changes: Change[] = [];
let planned = 0;

const plan = (...of: (readonly [LinkEnd, LinkEnd])[]): Change => {
  const change = links.plan(`c${++planned}`, { type: 'cut', links: of });
  changes.push(change);
  return change;
};
const cut = async (...of: (readonly [LinkEnd, LinkEnd])[]): Promise<Change> => {
  const change = plan(...of);
  await links.apply(change);
  return change;
};
const inHub = (...command: string[]): string => {
  const [program, ...args] = [...insideNamespace(hub), ...command];
  const { status, stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};
/** The pairs that the kernel's set holds, by their ends: `n1>n2`. */
const cutNow = (): string[] => {
  const endOf = (address: string): string => (address.endsWith('.253') ? 'clients' : `n${address.split('.')[3]}`);
  return [...inHub('nft', 'list', 'set', 'bridge', 'ordeal', 'cut').matchAll(/([\d.]+) \. ([\d.]+)[, ]/g)]
    .map(([, from, to]) => `${endOf(from!)}>${endOf(to!)}`)
    .sort();
};
/** Whether a program on the node answers a new connection from that position, by TCP: nothing of ours in between. */
const answers = (node: NodeId, from: Position): Promise<boolean> => {
  const address: Address = cluster.nodes.find(({ id }) => id === node)!.address(PORT, from);
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (answered: boolean): void => {
      timer.cancel();
      socket.destroy();
      resolve(answered);
    };
    const timer = cluster.clock.at((cluster.clock.now() + ms(600)) as ReturnType<typeof ms>, () => end(false));
    socket.on('error', () => end(false));
    socket.once('data', () => end(true));
  });
};

describe.skipIf(!network?.ok)(`cuts by nft${network?.ok ? '' : ` (not run: ${network?.found})`}`, () => {
  beforeAll(async () => {
    cluster = await netns.open({
      runId,
      nodes: 3,
      instrument: new Set(['net.cut' as Capability]),
      options: netns.options.parse({}),
      rng: createRng(1),
      folder,
      signal: never,
    });
    links = cluster.control('links')!;
    const server = `require('net').createServer((s) => { s.on('error', () => {}); s.write('here'); }).listen(${PORT}, process.argv[1])`;
    for (const node of cluster.nodes) {
      const { host } = node.bindAddress(PORT);
      await node.start({ kind: 'exec', argv: [process.execPath, '-e', server, host], env: {}, ports: [PORT] });
    }
    for (const node of cluster.nodes) while (!(await answers(node.id, 'control'))) await cluster.clock.sleep(ms(50));
  });
  beforeEach(() => expect(cutNow()).toEqual([]));
  afterEach(async () => {
    for (const change of changes.splice(0)) await links.undo(change);
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('are the union of what is active, also of what was asked for at the same time', async () => {
    const [one, two, three] = [plan([n1, n2], [n2, n1]), plan([n1, n2], [n1, n3]), plan(['clients', n2])];
    await Promise.all([one, two, three].map((change) => links.apply(change)));
    expect(cutNow()).toEqual(['clients>n2', 'n1>n2', 'n1>n3', 'n2>n1']);
    await Promise.all([links.undo(one), links.undo(three)]);
    expect(cutNow()).toEqual(['n1>n2', 'n1>n3']);
    await links.undo(two);
    await links.undo(two);
    expect(cutNow()).toEqual([]);
  });

  it('pass from one set to the next in one transaction, so that nobody sees less', async () => {
    await cut([n1, n2]);
    const [program, ...args] = [...insideNamespace(hub), 'nft', 'monitor'];
    const monitor = spawn(program!, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let seen = '';
    monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    const generations = (): string[] => seen.split(/^# new generation.*$/m).slice(0, -1);
    const until = async (holds: () => boolean): Promise<void> => {
      for (let tries = 0; !holds() && tries < 200; tries++) await cluster.clock.sleep(ms(20));
      expect(holds()).toBe(true);
    };
    try {
      // the monitor listens once it tells of a change of ours
      for (let tries = 0; generations().length === 0 && tries < 50; tries++) {
        inHub('nft', 'add', 'table', 'bridge', `heard${tries}`);
        inHub('nft', 'delete', 'table', 'bridge', `heard${tries}`);
        await cluster.clock.sleep(ms(50));
      }
      await cluster.clock.sleep(ms(100));
      const before = generations().length;
      expect(before).toBeGreaterThan(0);
      await cut([n3, n1]);
      await until(() => generations().length > before);
      const [change, ...more] = generations().slice(before);
      expect(more).toEqual([]);
      expect(change).toMatch(/add element bridge ordeal cut/);
    } finally {
      monitor.kill();
    }
    expect(cutNow()).toEqual(['n1>n2', 'n3>n1']);
  });

  it('cut one way alone', async () => {
    const change = await cut([n1, n2]);
    expect(await links.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
    const back = plan([n2, n1]);
    const evidence = await links.probe(back, 'applied');
    expect(evidence).toMatchObject({ holds: false, measured: expect.stringContaining('n2→n1: 4 of 4') });
  });

  it('separate clients from one node, and not from others', async () => {
    const change = await cut(['clients', n1]);
    expect(await answers(n1, 'clients')).toBe(false);
    expect(await answers(n2, 'clients')).toBe(true);
    expect(await links.probe(change, 'applied')).toMatchObject({ holds: true });
    await links.undo(change);
    expect(await answers(n1, 'clients')).toBe(true);
    expect(await links.probe(change, 'undone')).toMatchObject({ holds: true });
  });

  it('never touch the position of control, though everything is cut', async () => {
    const ends: readonly LinkEnd[] = [n1, n2, n3, 'clients'];
    const change = await cut(...ends.flatMap((from) => ends.filter((to) => to !== from).map((to) => [from, to] as const)));
    for (const node of [n1, n2, n3]) {
      expect(await answers(node, 'control')).toBe(true);
      expect(await answers(node, 'clients')).toBe(false);
    }
    expect(await links.probe(change, 'applied')).toMatchObject({ holds: true });
  });

  it('are refuted by the witnesses when nobody cuts: a table that is gone, an injector that does nothing', async () => {
    const planOnly = plan([n1, n2]);
    expect(await links.probe(planOnly, 'applied')).toMatchObject({ holds: false });
    const change = await cut([n1, n3]);
    expect(await links.probe(change, 'undone')).toMatchObject({ holds: false });
    inHub('nft', 'flush', 'set', 'bridge', 'ordeal', 'cut');
    expect(await links.probe(change, 'applied')).toMatchObject({ holds: false });
  });
});

describe.skipIf(!network?.ok)(`cuts by nft undone without a live run${network?.ok ? '' : ` (not run: ${network?.found})`}`, () => {
  const space = `ordealtest-${process.pid}`;
  const ip = (...args: string[]) => expect(spawnSync('ip', args).status).toBe(0);
  const tables = (): string => {
    const [program, ...args] = [...insideNamespace(space), 'nft', 'list', 'tables'];
    return spawnSync(program!, args, { encoding: 'utf8' }).stdout;
  };
  afterEach(() => spawnSync('ip', ['netns', 'del', space], { stdio: 'ignore' }));

  it('goes with our table alone, as often as asked, and when the namespace is gone', async () => {
    ip('netns', 'add', space);
    await nft(space, `${tableScript()}add table bridge foreign\nadd table ip ordeal\n`);
    const change: Change = { id: 'c', kind: 'nft.links', nodes: [n1], params: null, undo: { namespace: space } };
    for (let i = 0; i < 2; i++) {
      await undoNftLinks(change, never);
      expect(tables().trim().split('\n').sort()).toEqual(['table bridge foreign', 'table ip ordeal']);
    }
    ip('netns', 'del', space);
    await undoNftLinks(change, never);
  });
});
