/** What runs make at a Docker engine, and that nothing of it stays, nor anything goes that is not theirs. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capability, Change, NodeId } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { insideNamespace } from '../../controls/nft/nft.ts';
import { undoNodeTables } from '../../controls/nft/node-tables.ts';
import { isAlive, type ProcessIdentity } from '../../controls/procfs/processes.ts';
import { namespaceNames, nodeNamespace } from '../netns/namespaces.ts';
import type { ProcessCluster } from '../process/assemble-cluster.ts';
import { connectEngine } from './engine.ts';
import { docker } from './host.ts';
import { emptyImage, imageFor } from './image.ts';

const probed = (await docker.probe()).get('net.cut' as Capability);
const clock = createRealClock();
const me = `h${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'ordeal-docker-'));
const cleanup: (() => unknown)[] = [];
let engine: Docker;
let runs = 0;

interface Started {
  readonly nodes: readonly ProcessIdentity[];
  readonly change: Change;
}

const open = (options: object = {}): Promise<ProcessCluster> => {
  const runId = `${me}x${++runs}`;
  const request = { runId, nodes: 1, instrument: new Set<Capability>(), rng: createRng(1), folder: join(folder, runId) };
  return docker.open({ ...request, options: docker.options.parse(options), signal: new AbortController().signal });
};
const sleeper = { kind: 'exec', argv: ['sleep', '1000'], env: {}, ports: [] } as const;
/** Names of what the engine has of this test. */
async function atEngine(): Promise<string[]> {
  const containers = (await engine.listContainers({ all: true })).flatMap(({ Names }) => Names.map((name) => name.slice(1)));
  const networks = (await engine.listNetworks()).map(({ Name }) => Name);
  return [...containers, ...networks].filter((name) => name.includes(me)).sort();
}
const ours = (): string[] => namespaceNames().filter((name) => name.includes(me));
async function until(condition: () => Promise<boolean> | boolean): Promise<boolean> {
  const end = clock.now() + ms(30_000);
  while (!(await condition())) {
    if (clock.now() >= end) return false;
    await clock.sleep(ms(50));
  }
  return true;
}
async function harness(runId: string): Promise<{ readonly child: ChildProcess; readonly started: Started }> {
  const child = spawn(process.execPath, [entryPath(import.meta.url, './fixtures/harness-main'), join(folder, runId), runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanup.push(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  return { child, started: JSON.parse(line) as Started };
}
const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').map(Number);
const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1');

describe.skipIf(!probed?.ok)(`the docker host${probed?.ok ? '' : ` (not run: ${probed?.found})`}`, () => {
  beforeAll(async () => {
    engine = await connectEngine();
  });
  afterEach(async () => {
    for (const clean of cleanup.splice(0).reverse()) await clean();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('leaves nothing behind when its harness is killed', async () => {
    const runId = `${me}killed`;
    const { child, started } = await harness(runId);
    expect(await atEngine()).toEqual([`ordeal-${runId}`, `ordeal-${runId}-n1`, `ordeal-${runId}-n1-net`, `ordeal-${runId}-n2-net`]);
    expect(started.nodes.map(isAlive)).toEqual([true]);
    child.kill('SIGKILL');
    expect(await until(async () => (await atEngine()).length === 0)).toBe(true);
    expect(started.nodes.map(isAlive)).toEqual([false]);
    expect(ours()).toEqual([]);
  });

  it('is swept when its reaper was killed as well; a cut goes by its journal line; what others made stays', async () => {
    const runId = `${me}swept`;
    const { child, started } = await harness(runId);
    const strangers = [`${me}-stranger`, `ordeal-${me}-foreign`];
    for (const name of strangers) {
      const container = await engine.createContainer({ name, Image: await emptyImage(engine), Cmd: ['/none'], Labels: { 'ordeal.run': 'of somebody' } });
      cleanup.push(() => container.remove({ force: true }));
    }
    const living = await open();
    try {
      const before = await atEngine();
      const reaper = childrenOf(child.pid!).find((pid) => commandOf(pid).includes('reaper-main'))!;
      for (const pid of [reaper, child.pid!]) process.kill(pid, 'SIGKILL');
      await until(() => child.signalCode !== null);
      const [enter, ...args] = [...insideNamespace(nodeNamespace(runId, 'n2' as NodeId)), 'nft', 'list', 'tables'];
      const tables = (): string => spawnSync(enter!, args, { encoding: 'utf8' }).stdout;
      // the engine has a table of its own there, for names
      expect(tables()).toContain('table inet ordeal\n');
      const others = tables().replace('table inet ordeal\n', '');
      for (let i = 0; i < 2; i++) await undoNodeTables(started.change, new AbortController().signal);
      expect(tables()).toBe(others);
      const swept = await docker.sweep();
      expect(swept).toContain(runId);
      expect(await atEngine()).toEqual(before.filter((name) => !name.includes(runId)));
      expect(ours().filter((name) => name.includes(runId))).toEqual([]);
      expect(started.nodes.map(isAlive)).toEqual([false]);
    } finally {
      await living[Symbol.asyncDispose]();
    }
    expect(await atEngine()).toEqual(strangers);
  });

  it('runs an image that is built of a folder, and one by name; refuses what there is none of', async () => {
    const context = join(folder, 'context');
    const { stdout: sleep } = spawnSync('sh', ['-c', 'readlink -f "$(command -v sleep)"'], { encoding: 'utf8' });
    const { stdout: libraries } = spawnSync('ldd', [sleep.trim()], { encoding: 'utf8' });
    for (const file of [...libraries.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!)) {
      mkdirSync(join(context, 'files', dirname(file)), { recursive: true });
      copyFileSync(file, join(context, 'files', file));
    }
    mkdirSync(join(context, 'files/opt/tools'), { recursive: true });
    copyFileSync(sleep.trim(), join(context, 'files/opt/tools/sleep'));
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY files /\nENV PATH=/opt/tools\n');
    const built = await open({ build: context });
    let image = '';
    try {
      await built.nodes[0]!.start(sleeper);
      const { Config, State } = await engine.getContainer(`ordeal-${me}x${runs}-n1`).inspect();
      image = Config.Image;
      cleanup.push(() => engine.getImage(image).remove({ force: true }));
      expect(Config.Entrypoint).toEqual(['/ordeal/gate', 'x', '/opt/tools/sleep', '1000']);
      expect(State.Pid).toBe(built.nodes[0]!.identity?.pid);
      expect(commandOf(State.Pid)).toBe('/opt/tools/sleep\x001000\x00');
    } finally {
      await built[Symbol.asyncDispose]();
    }
    const named = await open({ image });
    try {
      await named.nodes[0]!.start(sleeper);
      expect(named.nodes[0]!.state()).toBe('running');
      await expect(named.nodes[0]!.start({ ...sleeper, argv: ['no-such-program'] })).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
    } finally {
      await named[Symbol.asyncDispose]();
    }
    await expect(imageFor(engine, 'sleep', { image: 'ordeal-has-no/such-image' })).rejects.toMatchObject({
      code: 'ORDEAL_PROVISION_FAILED',
      remedy: expect.stringMatching(/docker pull/),
    });
    await expect(imageFor(engine, 'ldd', {})).rejects.toMatchObject({ code: 'ORDEAL_PROVISION_FAILED', what: expect.stringContaining('is a script') });
    expect(await imageFor(engine, 'no-such-program', {})).toBeUndefined();
    expect(await atEngine()).toEqual([]);
    expect(readdirSync(join(folder, `${me}x${runs}`)).map((name) => basename(name))).toEqual(['nodes']);
  });
});
