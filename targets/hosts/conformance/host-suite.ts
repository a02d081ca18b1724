/**
 * The conformance suite of host kinds, their nodes and their controls. Every control must bite what the programs
 * themselves see, be proven by a probe that refuses a no-op injector, keep the union of overlapping changes (rule 11),
 * hold over restarts (rule 12), and leave nothing behind.
 */
import { describe, expect, it } from 'vitest';
import type {
  Capability,
  ClockParams,
  Control,
  DiskParams,
  HostKind,
  LinkEnd,
  NodeId,
  Ns,
  ProcessParams,
  ReplyParams,
  ResourceParams,
  ShapeParams,
  Value,
} from '../../../harness/contracts/index.ts';
import { type EchoCluster, echoOn, type HostUnderTest, nodeIds, withEcho } from './echo-cluster.ts';
import type { EchoRequest } from './echo-program.ts';

/** A host under test, and what it is expected to be able to do on the machine where the suite runs. */
export interface HostSuite extends HostUnderTest {
  readonly kind: Pick<HostKind, 'name' | 'probe'>;
  readonly capabilities: readonly string[];
}

/** A fault as the suite tries it: what it does to nodes 1 and 2 of three, and what shows it. */
interface Trial {
  readonly capability: string;
  /** The host kind it is tried on, where the code is the same on all of them. */
  readonly onlyOn?: string;
  readonly params: unknown;
  /** Another change that overlaps the first one. */
  readonly overlap: unknown;
  control(echo: EchoCluster): Control<unknown>;
  /** Whether the programs see the fault. */
  visible(echo: EchoCluster): Promise<boolean>;
}

const [n1, n2] = nodeIds(1, 2) as readonly [NodeId, NodeId];
const HOUR = 3_600_000_000_000 as Ns;

const cut = (...links: readonly (readonly [LinkEnd, LinkEnd])[]) => ({ type: 'cut' as const, links });
/** Long enough to be in its cut for as long as anybody looks. */
const LONG_CUTS = { period: 60_000_000_000 as Ns, cutShare: 0.9 };
const lose = (...links: readonly (readonly [LinkEnd, LinkEnd])[]): ReplyParams => ({ type: 'lose', links, seen: 'silence' });
const jump = (offset: number): ClockParams => ({ type: 'jump', nodes: [n1], offset: offset as Ns, scope: 'wall' });
const late = (from: NodeId, to: NodeId): ShapeParams => ({ type: 'shape', links: [[from, to]], shape: { delay: 150_000_000 as Ns } });
const drift: ClockParams = { type: 'drift', nodes: [n1], ppm: 500_000, scope: 'both' };
const strobe = (amplitude: number): ClockParams => ({ type: 'strobe', nodes: [n1], amplitude: amplitude as Ns, half: 150_000_000 as Ns, scope: 'wall' });
const freeze: ClockParams = { type: 'freeze', nodes: [n1], scope: 'wall' };
const hit = (type: ProcessParams['type']): ProcessParams => ({ type, nodes: [n1] });

const frozen: ProcessParams = { type: 'pause', nodes: [n1], by: 'freezer' };

const onDisk = (params: { readonly type: DiskParams['type'] } & Readonly<Record<string, unknown>>): DiskParams => ({ ...params, nodes: [n1] }) as DiskParams;
const late20 = onDisk({ type: 'slow', delay: 20_000_000 });
const failing = onDisk({ type: 'error', operations: ['write', 'fsync'], share: 1 });
const few: ResourceParams = { type: 'descriptors', nodes: [n1], most: 3 };
const turned = onDisk({ type: 'corrupt', share: 1 });

const links = (echo: EchoCluster) => echo.control('links') as Control<unknown>;
const replies = (echo: EchoCluster) => echo.control('replies') as Control<unknown>;
const shapes = (echo: EchoCluster) => echo.control('shapes') as Control<unknown>;
const processes = (echo: EchoCluster) => echo.control('processes') as Control<unknown>;
const resources = (echo: EchoCluster) => echo.control('resources') as Control<unknown>;
const disks = (echo: EchoCluster) => echo.control('disks') as Control<unknown>;
const clocks = (echo: EchoCluster) => echo.control('clocks') as Control<unknown>;

const silent = async (echo: EchoCluster): Promise<boolean> => {
  const answer = await echo.askWithin(500, 1, { do: 'echo', value: 'here' }, 'control').catch(() => 'refused');
  return answer !== 'here';
};
const wallAhead = async (echo: EchoCluster): Promise<boolean> => {
  const clock1 = (await echo.ask(1, { do: 'clock' }, 'control')) as { readonly wallMs: number };
  const clock3 = (await echo.ask(3, { do: 'clock' }, 'control')) as { readonly wallMs: number };
  return clock1.wallMs - clock3.wallMs > 1_800_000;
};
/** Whether even the quickest of some messages from node 1 to node 2 and back takes as long as the delay. */
const slow = async (echo: EchoCluster): Promise<boolean> => {
  const clock = echo.cluster.clock;
  for (let i = 0; i < 3; i++) {
    const before = clock.now();
    if ((await echo.askWithin(2_000, 1, { do: 'ping', to: 'n2', value: i }, 'control')) === i && clock.now() - before < 130_000_000) return false;
  }
  return true;
};
const monotonicOf = async (echo: EchoCluster, node: number): Promise<number> =>
  ((await echo.ask(node, { do: 'clock' }, 'control')) as { readonly monotonic: number }).monotonic;
/** Whether node 1's monotonic clock gains on node 3's, which is read first and last: without a drift it cannot. */
const fast = async (echo: EchoCluster): Promise<boolean> => {
  const outer = await monotonicOf(echo, 3);
  const inner = await monotonicOf(echo, 1);
  await echo.sleep(600);
  const gone = (await monotonicOf(echo, 1)) - inner;
  return gone > 1.2 * ((await monotonicOf(echo, 3)) - outer);
};
/** Whether node 1's wall clock is ahead and not ahead by turns. */
const swinging = async (echo: EchoCluster): Promise<boolean> => {
  const seen = new Set<boolean>();
  for (let i = 0; i < 12 && seen.size < 2; i++) {
    seen.add(await wallAhead(echo));
    await echo.sleep(61);
  }
  return seen.size === 2;
};
const standing = async (echo: EchoCluster): Promise<boolean> => {
  const wall = async (): Promise<number> => ((await echo.ask(1, { do: 'clock' }, 'control')) as { readonly wallMs: number }).wallMs;
  const before = await wall();
  await echo.sleep(200);
  return Math.abs((await wall()) - before) < 100;
};
/** Whether a message from node 1 to node 2 is lost. Pinged often enough that no chance loses them all. */
const lost = async (echo: EchoCluster): Promise<boolean> => {
  for (let i = 0; i < 5; i++) if ((await echo.askWithin(300, 1, { do: 'ping', to: 'n2', value: i }, 'control')) === i) return false;
  return true;
};
const clientsUnheard = async (echo: EchoCluster): Promise<boolean> => (await echo.askWithin(500, 1, { do: 'echo', value: 1 }).catch(() => 'no answer')) !== 1;

const refusesToWrite = async (echo: EchoCluster): Promise<boolean> =>
  JSON.stringify(await echo.ask(1, { do: 'append', path: 'log', text: 'x', sync: true }, 'control')).includes('error');
/** Whether even the quickest of some appends takes as long as the delay. */
const writesSlowly = async (echo: EchoCluster): Promise<boolean> => {
  const clock = echo.cluster.clock;
  for (let i = 0; i < 4; i++) {
    const before = clock.now();
    await echo.ask(1, { do: 'append', path: 'log', text: 'x', sync: true }, 'control');
    if (clock.now() - before < 18_000_000) return false;
  }
  return true;
};
const readsOtherwise = async (echo: EchoCluster): Promise<boolean> => {
  const text = 'what was written';
  await echo.ask(1, { do: 'write', path: 'words', text }, 'control');
  return (await echo.ask(1, { do: 'read', path: 'words' }, 'control')) !== text;
};
/** Whether something that was synced is lost with the power. */
const forgetsWhatWasSynced = async (echo: EchoCluster): Promise<boolean> => {
  const path = `oath-${cycles}`;
  await echo.ask(1, { do: 'append', path, text: 'kept', sync: true }, 'control');
  await powerCycle(echo);
  return (await echo.ask(1, { do: 'read', path }, 'control')) === null;
};
let cycles = 0;
const powerCycle = async (echo: EchoCluster): Promise<void> => {
  const change = processes(echo).plan(`power/${++cycles}`, hit('power-loss'));
  await processes(echo).apply(change);
  expect(await processes(echo).probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
  await processes(echo).undo(change);
};

/** Whether somebody who connects anew hears nothing. */
const takesNobody = async (echo: EchoCluster): Promise<boolean> => {
  const channel = echo.node(1).channel('control');
  const giveUp = new AbortController();
  const timer = echo.cluster.clock.at((echo.cluster.clock.now() + 600_000_000) as Ns, () => giveUp.abort(new Error('no answer')));
  try {
    return (await channel.request({ do: 'echo', value: 'here' }, giveUp.signal)) !== 'here';
  } catch {
    return true;
  } finally {
    timer.cancel();
    await channel.close();
  }
};

const TRIALS: readonly Trial[] = [
  { capability: 'net.cut', params: cut([n1, n2], [n2, n1]), overlap: cut([n1, n2]), control: links, visible: lost },
  { capability: 'net.cut.oneway', params: cut([n2, n1]), overlap: cut([n2, n1], ['clients', n2]), control: links, visible: lost },
  { capability: 'net.cut', params: cut(['clients', n1], [n1, 'clients']), overlap: cut(['clients', n1]), control: links, visible: clientsUnheard },
  { capability: 'net.lose-replies', params: lose([n1, 'clients']), overlap: lose([n1, 'clients'], [n2, 'clients']), control: replies, visible: clientsUnheard },
  {
    capability: 'net.cut.reject',
    params: { ...cut([n1, n2], [n2, n1], ['clients', n2]), by: 'reject' },
    overlap: { ...cut([n1, n2], [n2, n1]), by: 'reject' },
    control: links,
    visible: lost,
  },
  {
    capability: 'net.cut.reset',
    params: { ...cut([n1, n2], [n2, n1]), by: 'reset' },
    overlap: { ...cut([n1, n2], [n2, n1]), by: 'reset' },
    control: links,
    visible: lost,
  },
  {
    capability: 'net.cut',
    onlyOn: 'process',
    params: { ...cut([n1, n2], [n2, n1]), flap: LONG_CUTS },
    overlap: cut([n1, n2], [n2, n1]),
    control: links,
    visible: lost,
  },
  { capability: 'process.kill', params: hit('kill'), overlap: hit('kill'), control: processes, visible: silent },
  { capability: 'process.power-loss', params: hit('power-loss'), overlap: hit('kill'), control: processes, visible: silent },
  { capability: 'process.pause', params: hit('pause'), overlap: hit('pause'), control: processes, visible: silent },
  { capability: 'process.freeze', params: frozen, overlap: hit('pause'), control: processes, visible: silent },
  { capability: 'net.shape', params: late(n1, n2), overlap: late(n1, n2), control: shapes, visible: slow },
  { capability: 'clock.drift', params: drift, overlap: drift, control: clocks, visible: fast },
  { capability: 'clock.strobe', params: strobe(HOUR), overlap: strobe(2 * HOUR), control: clocks, visible: swinging },
  { capability: 'clock.freeze', params: freeze, overlap: freeze, control: clocks, visible: standing },
  { capability: 'disk.full', params: onDisk({ type: 'full' }), overlap: onDisk({ type: 'full' }), control: disks, visible: refusesToWrite },
  { capability: 'disk.slow', params: late20, overlap: late20, control: disks, visible: writesSlowly },
  { capability: 'disk.error', params: failing, overlap: failing, control: disks, visible: refusesToWrite },
  {
    capability: 'disk.lying-fsync',
    params: onDisk({ type: 'lying-fsync' }),
    overlap: onDisk({ type: 'lying-fsync' }),
    control: disks,
    visible: forgetsWhatWasSynced,
  },
  { capability: 'disk.corrupt', params: turned, overlap: turned, control: disks, visible: readsOtherwise },
  { capability: 'resources.descriptors', params: few, overlap: few, control: resources, visible: takesNobody },
  { capability: 'clock.jump', params: jump(HOUR), overlap: jump(HOUR), control: clocks, visible: wallAhead },
];

/** What is done to a node's surroundings, and not to the node: it must still be there for the next process. */
const RESTARTED = /^(net|clock|disk)\./;

/** Registers the whole suite under `name`. */
export function hostSuite(name: string, host: HostSuite): void {
  describe(`host ${name}`, () => {
    basics(host);
    for (const trial of TRIALS) if (concerns(trial, host)) faults(host, trial);
    if (host.capabilities.includes('disk.lose-unsynced')) losses(host);
    if (host.capabilities.includes('process.pause') && host.capabilities.includes('process.kill')) restarts(host);
  });
}

function concerns({ capability, onlyOn }: Trial, { kind, capabilities }: HostSuite): boolean {
  return capabilities.includes(capability) && (onlyOn ?? kind.name) === kind.name;
}

function basics(host: HostSuite): void {
  it('says of every capability what it found', async () => {
    const probed = await host.kind.probe();
    for (const capability of host.capabilities) expect(probed.get(capability as Capability)?.ok, capability).toBe(true);
    for (const { ok, found, remedy } of probed.values()) {
      expect(found).not.toBe('');
      if (!ok) expect(remedy).toBeDefined();
    }
  });

  it('gives as many nodes as asked for, stopped, with a clock that runs', async () => {
    const cluster = await host.open(3);
    try {
      expect(cluster.host).toBe(host.kind.name);
      expect(cluster.nodes.map(({ id }) => id)).toEqual(['n1', 'n2', 'n3']);
      expect(cluster.nodes.map((node) => node.state())).toEqual(['stopped', 'stopped', 'stopped']);
      const before = cluster.clock.now();
      await host.within(cluster, cluster.clock.sleep(1_000_000 as Ns));
      expect(cluster.clock.now()).toBeGreaterThanOrEqual(before + 1_000_000);
    } finally {
      await cluster[Symbol.asyncDispose]();
    }
  });

  it('starts, stops and starts again', async () => {
    await withEcho(host, 2, async (echo) => {
      expect(echo.node(1).state()).toBe('running');
      await echo.node(1).stop('terminate');
      expect(echo.node(1).state()).toBe('stopped');
      expect(await echo.ask(2, { do: 'echo', value: 2 })).toBe(2);
      await echo.node(1).start(echoOn());
      expect(await echo.ask(1, { do: 'echo', value: 1 })).toBe(1);
    });
  });
}

/** One cluster serves all parts: each leaves it as it was, and the next would see if it did not. */
function faults(host: HostSuite, trial: Trial): void {
  const restarts = RESTARTED.test(trial.capability) && host.capabilities.includes('process.kill');
  it(`${trial.capability} (${JSON.stringify(trial.params)}): bites and is undone, both proven, and composes${restarts ? ', over a restart too' : ''}`, async () => {
    await withEcho(host, 3, async (echo) => {
      await doesNothingWhenPlanned(echo, trial);
      await bites(echo, trial);
      await staysWhileAnotherWantsIt(echo, trial);
      if (restarts) await holdsOverARestart(echo, trial);
    });
  });
}

/** Which is also what a no-op injector does: its probe must refuse it. */
async function doesNothingWhenPlanned(echo: EchoCluster, { params, control, visible }: Trial): Promise<void> {
  const change = control(echo).plan('test/planned', params);
  expect(JSON.parse(JSON.stringify(change))).toEqual(change);
  expect(await visible(echo)).toBe(false);
  expect(await control(echo).probe(change, 'applied')).toMatchObject({ holds: false });
  expect(await control(echo).probe(change, 'undone')).toMatchObject({ holds: true });
}

async function bites(echo: EchoCluster, { params, control, visible }: Trial): Promise<void> {
  const change = control(echo).plan('test/bites', params);
  await control(echo).apply(change);
  expect(await control(echo).probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
  expect(await control(echo).probe(change, 'undone')).toMatchObject({ holds: false });
  expect(await visible(echo)).toBe(true);
  await control(echo).undo(change);
  await control(echo).undo(change);
  expect(await control(echo).probe(change, 'undone')).toMatchObject({ holds: true });
  expect(await control(echo).probe(change, 'applied')).toMatchObject({ holds: false });
  await echo.eventually(10_000, false, () => visible(echo));
}

async function staysWhileAnotherWantsIt(echo: EchoCluster, { params, overlap, control, visible }: Trial): Promise<void> {
  const first = control(echo).plan('test/first', params);
  const second = control(echo).plan('test/second', overlap);
  await control(echo).apply(first);
  await control(echo).apply(second);
  await control(echo).apply(second);
  await control(echo).undo(first);
  expect(await control(echo).probe(second, 'applied')).toMatchObject({ holds: true, independent: true });
  expect(await control(echo).probe(first, 'undone')).toMatchObject({ holds: true });
  expect(await visible(echo)).toBe(true);
  await control(echo).undo(second);
  expect(await control(echo).probe(second, 'undone')).toMatchObject({ holds: true });
  await echo.eventually(10_000, false, () => visible(echo));
}

/** Rule 12. */
async function holdsOverARestart(echo: EchoCluster, { params, control, visible }: Trial): Promise<void> {
  const change = control(echo).plan('test/held', params);
  await control(echo).apply(change);
  const kill = processes(echo).plan('test/kill', hit('kill'));
  await processes(echo).apply(kill);
  await processes(echo).undo(kill);
  expect(await control(echo).probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
  expect(await visible(echo)).toBe(true);
  await control(echo).undo(change);
  expect(await control(echo).probe(change, 'undone')).toMatchObject({ holds: true });
}

function losses(host: HostSuite): void {
  it('a loss of power takes what was not synced, names too, and nothing else; a kill takes nothing', async () => {
    await withEcho(host, 2, async (echo) => {
      const ask = (request: EchoRequest): Promise<Value> => echo.ask(1, request, 'control');
      await ask({ do: 'append', path: 'log', text: 'synced', sync: true });
      await ask({ do: 'append', path: 'log', text: ' and not', sync: false });
      await ask({ do: 'append', path: 'old', text: 'content', sync: true });
      await ask({ do: 'rename', from: 'old', to: 'new' });
      await ask({ do: 'write', path: 'fresh', text: 'never synced' });
      const kill = processes(echo).plan('test/0', hit('kill'));
      await processes(echo).apply(kill);
      await processes(echo).undo(kill);
      expect(await ask({ do: 'read', path: 'log' })).toBe('synced and not');
      expect(await ask({ do: 'list' })).toEqual(['fresh', 'log', 'new']);
      await powerCycle(echo);
      expect(await ask({ do: 'read', path: 'log' })).toBe('synced');
      expect(await ask({ do: 'read', path: 'old' })).toBe('content');
      expect(await ask({ do: 'list' })).toEqual(['log', 'old']);
    });
  });
}

function restarts(host: HostSuite): void {
  it('a paused node that was killed starts paused, and runs when both are undone', async () => {
    await withEcho(host, 3, async (echo) => {
      const pause = processes(echo).plan('test/0', hit('pause'));
      const kill = processes(echo).plan('test/1', hit('kill'));
      await processes(echo).apply(pause);
      await processes(echo).apply(kill);
      expect(await processes(echo).probe(kill, 'applied')).toMatchObject({ holds: true, independent: true });
      await processes(echo).undo(kill);
      expect(await silent(echo)).toBe(true);
      expect(await processes(echo).probe(pause, 'applied')).toMatchObject({ holds: true });
      await processes(echo).undo(pause);
      await echo.eventually(10_000, false, () => silent(echo));
      expect(await processes(echo).probe(pause, 'undone')).toMatchObject({ holds: true });
    });
  });
}
