import { describe, expect, it } from 'vitest';
import type { Env, LinkEnd, NodeProgram, Ns, RunningProgram, Value } from '../../../harness/contracts/index.ts';
import { codeOf, EchoCluster } from '../conformance/echo-cluster.ts';
import { sameTwice } from './fixtures/same-twice.ts';
import type { SimOptions } from './options.ts';
import type { Simulator } from './simulator.ts';

const MS = 1_000_000;
const ms = (value: number): Ns => (value * MS) as Ns;
const cut = (simulator: Simulator, ...links: readonly (readonly [string, string])[]) =>
  simulator.control('links')?.plan('cut', { type: 'cut', links: links as unknown as readonly (readonly [LinkEnd, LinkEnd])[] });

async function applied(simulator: Simulator, ...links: readonly (readonly [string, string])[]): Promise<() => Promise<void>> {
  const change = cut(simulator, ...links);
  const control = simulator.control('links');
  if (!change || !control) throw new Error('no control of links');
  await control.apply(change);
  return () => control.undo(change);
}

async function echoes(simulator: Simulator): Promise<EchoCluster> {
  const echo = new EchoCluster(simulator);
  await echo.start();
  return echo;
}

/** Node 1 sends `count` numbered messages to node 2, one every `gapNs`; gives [number, ns under way] as they arrive. */
async function stream(simulator: Simulator, count: number, gapNs: number, alsoTo3 = 0): Promise<readonly (readonly [number, number])[]> {
  const arrivals: (readonly [number, number])[] = [];
  const running = (onMessage: RunningProgram['onMessage']): RunningProgram => ({ onMessage, onRequest: () => undefined });
  const sentAt: number[] = [];
  const sender: NodeProgram = {
    async start(env: Env) {
      let number = 0;
      const next = (): void => {
        for (let extra = 0; extra < alsoTo3; extra++) env.send('n3' as never, 'extra');
        sentAt[number] = simulator.clock.now();
        env.send('n2' as never, number++);
        if (number < count) env.timer(gapNs as Ns, next);
      };
      env.timer(ms(5), next);
      return running(() => undefined);
    },
  };
  const receiver: NodeProgram = {
    start: async () => running((_from, message: Value) => void arrivals.push([message as number, simulator.clock.now() - (sentAt[message as number] ?? 0)])),
  };
  const [first, second] = simulator.nodes;
  await second?.startProgram(receiver, null);
  await first?.startProgram(sender, null);
  await simulator.clock.sleep((count * gapNs + ms(50)) as Ns);
  return arrivals;
}

const streamed = async (options: Partial<SimOptions>, count: number, gapNs: number, alsoTo3 = 0) =>
  (await sameTwice({ nodes: 3, seed: 11, options }, (simulator) => stream(simulator, count, gapNs, alsoTo3))).value;

describe('the simulated network', () => {
  it('takes between latency and latency + jitter + tail, mostly little', async () => {
    const delays = (await streamed({}, 2_000, 10_000)).map(([, delay]) => delay).sort((a, b) => a - b);
    expect(delays.length).toBe(2_000);
    expect(delays[0]).toBeGreaterThanOrEqual(0.2 * MS);
    expect(delays[1_999]).toBeLessThanOrEqual(2 * MS);
    expect(delays[1_000]).toBeLessThan(0.45 * MS);
    expect(delays[1_999]).toBeGreaterThan(1.1 * MS);
  });

  it('lets messages overtake each other, or not, as asked', async () => {
    const inOrder = (arrivals: readonly (readonly [number, number])[]) => arrivals.every(([number], index) => number === index);
    expect(inOrder(await streamed({}, 500, 50_000))).toBe(false);
    expect(inOrder(await streamed({ reorder: false }, 500, 50_000))).toBe(true);
  });

  it('loses and doubles the asked-for share', async () => {
    const arrivals = await streamed({ loss: 0.2, duplicate: 0.1 }, 2_000, 10_000);
    const distinct = new Set(arrivals.map(([number]) => number)).size;
    expect(distinct).toBeGreaterThan(1_520);
    expect(distinct).toBeLessThan(1_680);
    expect(arrivals.length - distinct).toBeGreaterThan(110);
    expect(arrivals.length - distinct).toBeLessThan(210);
  });

  it('draws by link and number: more messages on one link change nothing on another', async () => {
    const alone = await streamed({ loss: 0.1 }, 300, 20_000);
    expect(await streamed({ loss: 0.1 }, 300, 20_000, 3)).toEqual(alone);
  });

  it('swallows what is sent over a cut link, in that direction only', async () => {
    await sameTwice({ nodes: 2, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const heal = await applied(simulator, ['n1', 'n2']);
      await echo.ask(1, { do: 'tell', to: 'n2', value: 'lost' });
      await echo.ask(2, { do: 'tell', to: 'n1', value: 'heard' });
      await echo.sleep(10);
      expect([await echo.ask(1, { do: 'told' }), await echo.ask(2, { do: 'told' })]).toEqual([[['n2', 'heard']], []]);
      await heal();
      await echo.ask(1, { do: 'tell', to: 'n2', value: 'healed' });
      await echo.sleep(10);
      expect(await echo.ask(2, { do: 'told' })).toEqual([['n1', 'healed']]);
    });
  });

  it('can lose an answer after the request was applied: the client never learns', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const heal = await applied(simulator, ['n1', 'clients']);
      expect(await echo.askWithin(1_000, 1, { do: 'append', path: 'log', text: 'applied', sync: false })).toBe('no answer');
      expect(await echo.ask(1, { do: 'read', path: 'log' }, 'control')).toBe('applied');
      await heal();
      expect(await echo.ask(1, { do: 'read', path: 'log' })).toBe('applied');
    });
  });

  it('tells a client nothing of a node that died behind a cut', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      await applied(simulator, ['n1', 'clients']);
      const channel = echo.node(1).channel('clients');
      const asked = codeOf(channel.request({ do: 'ignore' }, new AbortController().signal));
      await echo.sleep(10);
      await echo.node(1).stop('kill');
      expect(await Promise.race([asked, echo.sleep(5_000).then(() => 'pending')])).toBe('pending');
      await channel.close();
      expect(await asked).toBe('ECONNRESET');
      expect(await codeOf(channel.request(null, new AbortController().signal))).toBe('ECONNREFUSED');
    });
  });

  it('gives up a request with its signal, at once', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const abort = new AbortController();
      const channel = echo.node(1).channel('clients');
      const asked = codeOf(channel.request({ do: 'ignore' }, abort.signal));
      simulator.clock.at((simulator.clock.now() + ms(7)) as Ns, () => abort.abort());
      const before = simulator.clock.now();
      expect([await asked, simulator.clock.now() - before]).toEqual(['ABORT_ERR', ms(7)]);
      expect(await codeOf(channel.request(null, abort.signal))).toBe('ABORT_ERR');
    });
  });

  it('keeps the requests of one channel in order, however they are delayed', async () => {
    await sameTwice({ nodes: 1, seed: 3, options: { loss: 0.2 } }, async (simulator) => {
      const echo = await echoes(simulator);
      const texts = Array.from({ length: 40 }, (_, i) => `${i} `);
      await Promise.all(texts.map((text) => echo.ask(1, { do: 'append', path: 'log', text, sync: false })));
      expect(await echo.ask(1, { do: 'read', path: 'log' })).toBe(texts.join(''));
    });
  });

  it('never cuts the control position, and refuses ends that do not exist', async () => {
    await sameTwice({ nodes: 2, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      await applied(simulator, ['n1', 'n2'], ['n2', 'n1'], ['clients', 'n1'], ['n1', 'clients'], ['clients', 'n2'], ['n2', 'clients']);
      expect(await echo.ask(1, { do: 'echo', value: 1 }, 'control')).toBe(1);
      expect(() => cut(simulator, ['n1', 'n9'])).toThrow(/no "n9"/);
    });
  });
});
