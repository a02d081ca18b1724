import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capability, Change, Cluster, Control, LinkShape, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import { netns } from '../../hosts/netns/host.ts';
import { openNetnsCluster } from '../../hosts/netns/netns-cluster.ts';
import { probeDetour, type Shaping } from '../../hosts/netns/shaped-links.ts';
import { undoNetem } from '../netem/netem-undo.ts';
import { probeNetem } from '../netem/tc.ts';
import { isAlive } from '../procfs/processes.ts';
import { type DetourUndo, undoDetour } from '../tun-detour/detour-undo.ts';

const network = (await netns.probe()).get('net.cut' as Capability);
/** Why the mechanism cannot be tried here; empty where it can. */
const unable = (probe: () => ReturnType<typeof probeNetem>): string => {
  const found = network?.ok ? probe() : network;
  return found?.ok ? '' : ` (not run: ${found?.found})`;
};
const MECHANISMS: readonly (readonly [Shaping, string])[] = [
  ['detour', unable(probeDetour)],
  ['netem', unable(probeNetem)],
];
const folder = mkdtempSync(join(tmpdir(), 'ordeal-detour-'));
const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];
const PORT = 7_100;
let cluster: Cluster & AsyncDisposable;
let shapes: Control<ShapeParams>;
const changes: Change[] = [];
let planned = 0;

const open = async (runId: string, by: Shaping) =>
  openNetnsCluster(
    {
      runId,
      nodes: 3,
      instrument: new Set(['net.shape' as Capability, 'net.cut' as Capability]),
      options: netns.options.parse({}),
      rng: createRng(1),
      folder: join(folder, runId),
      signal: new AbortController().signal,
    },
    by,
  );
const plan = (shape: LinkShape, ...links: (readonly [NodeId, NodeId])[]): Change => {
  const change = shapes.plan(`c${++planned}`, { type: 'shape', links, shape });
  changes.push(change);
  return change;
};
const shaped = async (shape: LinkShape, ...links: (readonly [NodeId, NodeId])[]): Promise<Change> => {
  const change = plan(shape, ...links);
  await shapes.apply(change);
  return change;
};
/** How long a connection from our place to a program on the node takes to be answered, in ms: nothing of ours measures it. */
const answerMs = (node: NodeId): Promise<number> => {
  const before = cluster.clock.now();
  return new Promise((resolve, reject) => {
    const socket = connect(cluster.nodes.find(({ id }) => id === node)!.address(PORT, 'control'));
    socket.once('error', reject);
    socket.once('data', () => {
      socket.destroy();
      resolve((cluster.clock.now() - before) / 1e6);
    });
  });
};

describe.each(MECHANISMS)('links shaped by the %s%s', (by, why) => {
  if (why !== '') return it.skip(`on this machine${why}`, () => undefined);
  beforeAll(async () => {
    cluster = await open(`${by[0]}${process.pid}`, by);
    shapes = cluster.control('shapes')!;
  });
  afterEach(async () => {
    for (const change of changes.splice(0)) await shapes.undo(change);
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  it.each<[string, LinkShape, RegExp]>([
    ['late by 50 ± 10 ms, within a tenth', { delay: ms(50), jitter: ms(10) }, /median (?:4[5-9]|5\d)\.\d ms, 50 wanted/],
    ['late by a normal spread', { delay: ms(60), jitter: ms(8), distribution: 'normal' }, /60 wanted/],
    ['losing 30 %, within five points', { loss: 0.3 }, /(?:2[5-9]|3[0-5])\.\d % of 1200 lost/],
    ['losing 30 % in bursts of eight', { loss: 0.3, burst: 8 }, /30\.0 % wanted/],
    ['doubling 30 %', { duplicate: 0.3 }, /30\.0 % wanted/],
    ['holding back 20 %', { reorder: 0.2, holdBack: ms(20) }, /20\.0 % wanted/],
    ['damaging 20 %', { corrupt: 0.2 }, /20\.0 % wanted/],
    ['narrowed to 200 kB/s', { bytesPerSecond: 200_000 }, /(?:1[89]\d|2[01]\d|220) kB\/s, 200 kB\/s wanted/],
  ])('are %s, one direction alone, and are refuted when nobody shapes them', async (_name, shape, figure) => {
    expect(await shapes.probe(plan(shape, [n1, n2]), 'applied')).toMatchObject({ holds: false });
    const change = await shaped(shape, [n1, n2]);
    const evidence = await shapes.probe(change, 'applied');
    expect(evidence).toMatchObject({ holds: true, independent: true, measured: expect.stringMatching(figure) });
    expect(await shapes.probe(plan(shape, [n2, n1]), 'applied')).toMatchObject({ holds: false });
    expect(await shapes.probe(change, 'undone')).toMatchObject({ holds: false });
    await shapes.undo(change);
    await shapes.undo(change);
    expect(await shapes.probe(change, 'undone')).toMatchObject({ holds: true });
  });

  it('act one after the other where they meet, and each goes alone', async () => {
    const one = await shaped({ delay: ms(40) }, [n1, n2], [n3, n2]);
    const two = await shaped({ delay: ms(30), loss: 0.2 }, [n1, n2]);
    expect(await shapes.probe(two, 'applied')).toMatchObject({ holds: true, independent: true, measured: expect.stringContaining('70 wanted') });
    await shapes.undo(one);
    expect(await shapes.probe(two, 'applied')).toMatchObject({ holds: true, independent: true, measured: expect.stringContaining('30 wanted') });
    expect(await shapes.probe(one, 'undone')).toMatchObject({ holds: true });
  });

  it('carry nothing while they are cut, and go on being shaped when the cut is healed', async () => {
    const links = cluster.control('links')!;
    const late = await shaped({ delay: ms(40) }, [n1, n2]);
    const cut = links.plan('cut', { type: 'cut', links: [[n1, n2]] });
    await links.apply(cut);
    expect(await links.probe(cut, 'applied')).toMatchObject({ holds: true, independent: true });
    expect(await shapes.probe(late, 'applied')).toMatchObject({ independent: false });
    await links.undo(cut);
    expect(await links.probe(cut, 'undone')).toMatchObject({ holds: true });
    const after = await shapes.probe(late, 'applied');
    expect(after, after.measured).toMatchObject({ holds: true, independent: true });
  });

  it('carry real connections, and leave control alone', async () => {
    const server = `require('net').createServer((s) => { s.on('error', () => {}); s.end('here'); }).listen(${PORT}, process.argv[1])`;
    const node = cluster.nodes[1]!;
    await node.start({ kind: 'exec', argv: [process.execPath, '-e', server, node.bindAddress(PORT).host], env: {}, ports: [PORT] });
    while ((await answerMs(n2).catch(() => undefined)) === undefined) await cluster.clock.sleep(ms(50));
    await shaped({ delay: ms(400) }, [n1, n2], [n2, n1], [n3, n2], [n2, n3]);
    const times = [await answerMs(n2), await answerMs(n2), await answerMs(n2)];
    expect(Math.min(...times)).toBeLessThan(300);
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(unable(probeDetour) !== '')(`a detour that ends${unable(probeDetour)}`, () => {
  it('leaves links as they were: undone without a live run, twice', async () => {
    cluster = await open(`e${process.pid}`, 'detour');
    try {
      shapes = cluster.control('shapes')!;
      const change = await shaped({ loss: 0.9 }, [n1, n2]);
      expect(await shapes.probe(change, 'applied')).toMatchObject({ holds: true });
      const journalled = JSON.parse(JSON.stringify(change)) as Change;
      const { detour } = journalled.undo as unknown as DetourUndo;
      for (let i = 0; i < 2; i++) await undoDetour(journalled, new AbortController().signal);
      for (let i = 0; i < 100 && isAlive(detour); i++) await cluster.clock.sleep(ms(20));
      expect(await shapes.probe(change, 'applied')).toMatchObject({ holds: false });
      await expect(shapes.undo(change)).rejects.toThrow(/detour/);
      expect(await shapes.probe(change, 'undone')).toMatchObject({ holds: true });
    } finally {
      changes.splice(0);
      await cluster[Symbol.asyncDispose]();
    }
  });
});

describe.skipIf(unable(probeNetem) !== '')(`queues of netem${unable(probeNetem)}`, () => {
  it('go without a live run, twice', async () => {
    cluster = await open(`f${process.pid}`, 'netem');
    try {
      shapes = cluster.control('shapes')!;
      const change = await shaped({ loss: 0.9 }, [n1, n2]);
      expect(await shapes.probe(change, 'applied')).toMatchObject({ holds: true });
      const journalled = JSON.parse(JSON.stringify(change)) as Change;
      for (let i = 0; i < 2; i++) await undoNetem(journalled, new AbortController().signal);
      expect(await shapes.probe(change, 'applied')).toMatchObject({ holds: false });
    } finally {
      changes.splice(0);
      await cluster[Symbol.asyncDispose]();
    }
  });
});
