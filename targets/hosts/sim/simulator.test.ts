import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env, NodeProgram, Ns, RunningProgram, Value } from '../../../harness/contracts/index.ts';
import { entryUrl, startWorker } from '../../../harness/entry/entry.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { codeOf, EchoCluster, echoOn } from '../conformance/echo-cluster.ts';
import { sameTwice } from './fixtures/same-twice.ts';
import { sim } from './host.ts';
import { simOptions } from './options.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { createTrace, firstDifference } from './trace.ts';

const ms = (value: number): Ns => (value * 1_000_000) as Ns;

async function echoes(simulator: Simulator): Promise<EchoCluster> {
  const echo = new EchoCluster(simulator);
  await echo.start();
  return echo;
}

/** A program that is nothing but what `start` does with its env. */
const program = (start: (env: Env) => Partial<RunningProgram> | undefined): NodeProgram => ({
  start: async (env) => ({ onMessage: () => undefined, onRequest: () => undefined, ...start(env) }),
});

/** Clients, messages, disk, timers, and one fault of every kind, on a network that loses, doubles and reorders. */
async function turmoil(simulator: Simulator): Promise<Value> {
  const echo = await echoes(simulator);
  const answers: Value[] = [];
  const client = async (number: number): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      const to = `n${(number % 3) + 1}`;
      const value = `${number}.${i}`;
      const asked = i % 3 === 0 ? ({ do: 'append', path: 'log', text: value, sync: i % 2 === 0 } as const) : ({ do: 'ping', to, value } as const);
      answers.push(await echo.askWithin(20, number, asked).catch((error: unknown) => String(error)));
      answers.push(await echo.askWithin(20, number, i % 2 === 0 ? { do: 'draw' } : { do: 'work', ms: 3, pool: 'cores' }).catch(String));
    }
  };
  const nemesis = async (): Promise<void> => {
    const plans = [
      simulator.control('links')?.plan('cut', { type: 'cut', links: [['n1', 'n2'] as never, ['clients', 'n3'] as never] }),
      simulator.control('processes')?.plan('pause', { type: 'pause', nodes: ['n2' as never] }),
      simulator.control('processes')?.plan('power', { type: 'power-loss', nodes: ['n3' as never] }),
      simulator.control('clocks')?.plan('drift', { type: 'drift', nodes: ['n1' as never], ppm: 100_000, scope: 'both' }),
    ];
    for (const [index, kind] of (['links', 'processes', 'processes', 'clocks'] as const).entries()) {
      const change = plans[index];
      const control = simulator.control(kind);
      if (change === undefined || control === undefined) throw new Error(`no control of ${kind}`);
      await control.apply(change);
      answers.push({ ...(await control.probe(change, 'applied')) });
      await echo.sleep(30);
      await control.undo(change);
      answers.push({ ...(await control.probe(change, 'undone')) });
    }
  };
  await Promise.all([client(1), client(2), client(3), nemesis()]);
  return answers;
}

const ROUGH = { loss: 0.05, duplicate: 0.1, tornWrites: true, freezeMessages: true } as const;

describe('a simulation', () => {
  it('is the same for the same seed, under every fault, and another for another seed', async () => {
    const hashes = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const { trace, value } = await sameTwice({ nodes: 3, seed, options: ROUGH }, turmoil);
      hashes.add(trace.hash());
      expect(trace.count).toBeGreaterThan(300);
      expect(JSON.stringify(value)).toContain('"holds":true');
      expect(JSON.stringify(value)).not.toContain('"holds":false');
    }
    expect(hashes.size).toBe(3);
  });

  it('is the same whatever else the machine does between its events', async () => {
    const calm = createTrace();
    const busy = createTrace();
    for (const trace of [calm, busy]) {
      const simulator = createSimulator({ nodes: 3, seed: 4, options: ROUGH, trace });
      const noise = trace === busy ? setInterval(() => void Promise.resolve().then(() => JSON.stringify([1, 2, 3])), 0) : undefined;
      await simulator.run(turmoil(simulator));
      clearInterval(noise);
      await simulator[Symbol.asyncDispose]();
    }
    expect(firstDifference(calm, busy)).toBeUndefined();
  });

  it('runs in a worker thread with the real world out of bounds, and nothing changes', async () => {
    const traces = await Promise.all(
      [true, false].map(async (guarded) => {
        const worker = startWorker(entryUrl(import.meta.url, './fixtures/guarded-worker'), { workerData: { guarded } });
        const [message] = await once(worker, 'message');
        await worker.terminate();
        return message;
      }),
    );
    expect(traces[0]).toEqual(traces[1]);
    expect(traces[0].count).toBeGreaterThan(300);
  });

  it('shows the first event that differs', () => {
    const [one, other] = [createTrace(), createTrace()];
    for (const trace of [one, other]) trace.record(1, 'same');
    expect(firstDifference(one, other)).toBeUndefined();
    one.record(2, 'message n1>n2');
    other.record(2, 'message n1>n3');
    expect(firstDifference(one, other)).toBe('event 1 differs:\n  first run:  2 message n1>n2\n  second run: 2 message n1>n3');
    const [short, long] = [createTrace(1), createTrace(1)];
    for (const trace of [short, long]) trace.record(1, 'same');
    long.record(2, 'beyond what is kept');
    expect(firstDifference(short, long)).toContain('later ones differ');
  });

  it('draws for a probe what no workload draws: probing moves nothing else', async () => {
    const workload = async (simulator: Simulator, probing: boolean): Promise<readonly string[]> => {
      const echo = await echoes(simulator);
      const links = simulator.control('links');
      const change = links?.plan('partition-1/0', { type: 'cut', links: [['n3', 'n1'] as never] });
      if (!links || !change) throw new Error('no control of links');
      const probes = probing ? [links.probe(change, 'applied'), links.probe(change, 'undone')] : [];
      for (let i = 0; i < 20; i++) await echo.ask(1, { do: 'ping', to: 'n3', value: i });
      await Promise.all(probes);
      return [];
    };
    const withProbes = await sameTwice({ nodes: 3, seed: 5 }, (simulator) => workload(simulator, true));
    const without = await sameTwice({ nodes: 3, seed: 5 }, (simulator) => workload(simulator, false));
    const messages = (lines: readonly string[]) => lines.filter((line) => / (message|request|answer) /.test(line));
    expect(withProbes.trace.count).toBeGreaterThan(without.trace.count);
    expect(messages(withProbes.trace.lines)).toEqual(messages(without.trace.lines));
  });

  it('starts nodes in the order asked for, however long their modules take to load', async () => {
    const moduleLoadedIn = (wait: number): string => {
      const source = `await new Promise((done) => setTimeout(done, ${wait})); export const p = { start: async () => ({ onMessage() {}, onRequest() {} }) };`;
      return `data:text/javascript,${encodeURIComponent(source)}`;
    };
    const { trace } = await sameTwice({ nodes: 2, seed: 1 }, async ({ nodes }) => {
      const starts = [moduleLoadedIn(30), moduleLoadedIn(0)].map((url, index) =>
        nodes[index]?.start({ kind: 'node', module: { url, name: 'p', options: null } }),
      );
      await Promise.all(starts);
      expect(await codeOf(nodes[0]?.start({ kind: 'node', module: { url: moduleLoadedIn(0), name: 'none', options: null } }) ?? Promise.resolve())).toBe(
        'ORDEAL_NODE_FAILED',
      );
    });
    expect(trace.lines).toEqual(['20000000 settle n1#1 boot', '20000000 settle n2#1 boot']);
  });

  it('writes node logs into the run folder, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ordeal-sim-'));
    try {
      const options = simOptions.parse({});
      const simulator = await sim.open({
        runId: 'r',
        nodes: 2,
        instrument: new Set(),
        options,
        rng: createRng(1),
        folder,
        signal: new AbortController().signal,
      });
      await simulator.run(echoes(simulator));
      for (let i = 0; i < 2; i++) await simulator[Symbol.asyncDispose]();
      expect(readFileSync(join(folder, 'nodes', 'n2', 'program.log'), 'utf8')).toBe('0.040 s echo started on n2\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses options that make no sense', () => {
    expect(() => createSimulator({ nodes: 1, options: { latency: 'soon' } })).toThrow(/duration/);
    expect(() => createSimulator({ nodes: 1, options: { loss: 2 } })).toThrow();
    expect(simOptions.parse(simOptions.parse({ loss: 0.5 }))).toEqual(simOptions.parse({ loss: 0.5 }));
  });

  it('does not run programs of the operating system, nor has it addresses', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async ({ nodes: [node] }) => {
      expect(await codeOf(node?.start({ kind: 'exec', argv: ['true'], env: {}, ports: [] }) ?? Promise.resolve())).toBe('ORDEAL_UNSUITABLE_HOST');
      expect(() => node?.address(1, 'clients')).toThrow(/no address/);
    });
  });
});

describe('an incarnation', () => {
  it('that is dead fires no timer, settles nothing and sends nothing', async () => {
    const { value } = await sameTwice({ nodes: 2, seed: 1, options: { fsyncLatency: '30ms' } }, async ({ nodes, clock }) => {
      const seen: string[] = [];
      const [first, second] = nodes;
      if (!first || !second) throw new Error('two nodes');
      let life = 0;
      const witness = program(() => ({ onMessage: (_from, message) => void seen.push(`received ${message}`) }));
      const mortal = program((env) => {
        const own = ++life;
        env.timer(ms(50), () => seen.push(`timer of ${own}`));
        const effects = async (): Promise<void> => {
          await env.disk.write('f', new Uint8Array(1));
          if (own === 1) void env.disk.fsync('f').then(() => seen.push('fsync of the dead'));
          await env.work(ms(40));
          seen.push(`work of ${own}`);
          env.send(env.peers[0] as never, `from ${own}`);
        };
        void effects();
        if (own === 1) zombie = env;
        return undefined;
      });
      let zombie: Env | undefined;
      await second.startProgram(witness, null);
      await first.startProgram(mortal, null);
      await clock.sleep(ms(10));
      await first.stop('kill');
      await first.startProgram(mortal, null);
      zombie?.send('n2' as never, 'from the dead');
      zombie?.timer(ms(1), () => seen.push('timer of the dead'));
      zombie?.log('words of the dead');
      const lost = zombie?.disk.write('g', new Uint8Array(1)).then(() => seen.push('write of the dead'));
      await clock.sleep(ms(200));
      expect(await Promise.race([lost, clock.sleep(ms(1)).then(() => 'still pending')])).toBe('still pending');
      expect(first.disk.image.list()).toEqual(['f']);
      for await (const line of first.logs()) expect(line).not.toContain('words of the dead');
      return seen;
    });
    expect(value).toEqual(['timer of 2', 'work of 2', 'received from 2']);
  });

  it('crashes by what its async handlers reject with', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async ({ nodes, clock }) => {
      const node = nodes[0];
      if (!node) throw new Error('one node');
      const careless = program(() => ({ onRequest: (async () => Promise.reject(new Error('forgotten'))) as unknown as () => undefined }));
      await node.startProgram(careless, null);
      const code = await codeOf(node.channel('clients').request(null, new AbortController().signal));
      await clock.sleep(ms(1));
      expect([code, node.state()]).toEqual(['ECONNRESET', 'crashed']);
    });
  });

  it('gets its messages frozen where that is asked for', async () => {
    const { value } = await sameTwice({ nodes: 2, seed: 1, options: { freezeMessages: true } }, async ({ nodes, clock }) => {
      const seen: boolean[] = [];
      const look = program((env) => {
        env.timer(ms(1), () => env.send(env.peers[0] as never, { list: [{ deep: 1 }] }));
        return { onMessage: (_from, message) => void seen.push(Object.isFrozen(message), Object.isFrozen((message as { list: [object] }).list[0])) };
      });
      for (const node of nodes) await node.startProgram(look, null);
      await clock.sleep(ms(50));
      return seen;
    });
    expect(value).toEqual([true, true]);
  });

  it('draws from a stream of its own', async () => {
    const { value } = await sameTwice({ nodes: 2, seed: 9 }, async (simulator) => {
      const echo = await echoes(simulator);
      const draws = [await echo.ask(1, { do: 'draw' }), await echo.ask(2, { do: 'draw' })];
      await echo.node(1).stop('kill');
      await echo.node(1).start(echoOn());
      return [...draws, await echo.ask(1, { do: 'draw' })];
    });
    expect(new Set(value).size).toBe(3);
  });
});
