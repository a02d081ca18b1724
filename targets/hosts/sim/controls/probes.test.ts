import { describe, expect, it } from 'vitest';
import type { ClockParams, Controls, Evidence, LinkEnd, NodeId, NodeProgram, Ns } from '../../../../harness/contracts/index.ts';
import { sameTwice } from '../fixtures/same-twice.ts';
import type { Simulator } from '../simulator.ts';

const ms = (value: number): Ns => (value * 1_000_000) as Ns;
const ids = (...numbers: readonly number[]): NodeId[] => numbers.map((number) => `n${number}` as NodeId);
const idle: NodeProgram = { start: async () => ({ onMessage: () => undefined, onRequest: () => undefined }) };

async function start(simulator: Simulator, program = idle): Promise<void> {
  for (const node of simulator.nodes) await node.startProgram(program, null);
}

function control<K extends keyof Controls>(simulator: Simulator, kind: K): Controls[K] {
  const found = simulator.control(kind);
  if (!found) throw new Error(`no control of ${kind}`);
  return found;
}

const cut = (...links: readonly (readonly [string, string])[]) => ({
  type: 'cut' as const,
  links: links as unknown as readonly (readonly [LinkEnd, LinkEnd])[],
});

describe('probes say in words what was measured', () => {
  it('of links, with the untouched direction, an untouched link, or the control position as reference', async () => {
    const { value } = await sameTwice({ nodes: 3, seed: 1 }, async (simulator) => {
      await start(simulator);
      const links = control(simulator, 'links');
      const texts: string[] = [];
      const measure = async (id: string, params: Parameters<typeof links.plan>[1]): Promise<void> => {
        const change = links.plan(id, params);
        await links.apply(change);
        texts.push((await links.probe(change, 'applied')).measured);
        await links.undo(change);
        texts.push((await links.probe(change, 'undone')).measured);
      };
      await measure('one-way', cut(['n1', 'n2']));
      await measure('both', cut(['n1', 'n2'], ['n2', 'n1']));
      const all = ids(1, 2, 3).flatMap((from) => ids(1, 2, 3).map((to) => [from, to] as const));
      await measure('all', cut(...all.filter(([from, to]) => from !== to)));
      return texts;
    });
    expect(value).toMatchInlineSnapshot(`
      [
        "n1→n2: 0 of 3 messages arrived; n2→n1: untouched, 3 of 3 arrived",
        "n1→n2: 3 of 3 messages arrived",
        "n1→n2, n2→n1: 0 of 3 messages arrived; n1→n3: untouched, 3 of 3 arrived",
        "n1→n2, n2→n1: 3 of 3 messages arrived",
        "n1→n2, n1→n3, n2→n1, n2→n3, n3→n1, n3→n2: 0 of 3 messages arrived; control→n1: untouched, 3 of 3 arrived",
        "n1→n2, n1→n3, n2→n1, n2→n3, n3→n1, n3→n2: 3 of 3 messages arrived",
      ]
    `);
  });

  it('of processes', async () => {
    const { value } = await sameTwice({ nodes: 3, seed: 1 }, async (simulator) => {
      await start(simulator);
      const processes = control(simulator, 'processes');
      const texts: string[] = [];
      for (const type of ['kill', 'pause', 'power-loss'] as const) {
        const change = processes.plan(type, { type, nodes: ids(1, 2) });
        await processes.apply(change);
        texts.push((await processes.probe(change, 'applied')).measured);
        await processes.undo(change);
        texts.push((await processes.probe(change, 'undone')).measured);
      }
      return texts;
    });
    expect(value).toMatchInlineSnapshot(`
      [
        "n1, n2: refused 3 of 3 connections",
        "n1, n2: answered 3 of 3 echoes",
        "n1, n2: answered 0 of 3 echoes and handled nothing, its network received 3 of 3",
        "n1, n2: answered 3 of 3 echoes",
        "n1, n2: refused 3 of 3 connections",
        "n1, n2: answered 3 of 3 echoes",
      ]
    `);
  });

  it('of clocks; a drift is refused where none was injected', async () => {
    const { value } = await sameTwice({ nodes: 2, seed: 1 }, async (simulator) => {
      await start(simulator);
      const clocks = control(simulator, 'clocks');
      const texts: string[] = [];
      const faults: readonly ClockParams[] = [
        { type: 'jump', nodes: ids(1), offset: ms(-5_000), scope: 'wall' },
        { type: 'drift', nodes: ids(1), ppm: 1, scope: 'monotonic' },
        { type: 'drift', nodes: ids(1), ppm: 30, scope: 'wall' },
        { type: 'drift', nodes: ids(1), ppm: -2_000, scope: 'both' },
      ];
      for (const [index, params] of faults.entries()) {
        const change = clocks.plan(`clock-${index}`, params);
        expect(await clocks.probe(change, 'applied')).toMatchObject({ holds: false });
        await clocks.apply(change);
        await simulator.clock.sleep(ms(1_000));
        const evidence = await clocks.probe(change, 'applied');
        expect(evidence).toMatchObject({ holds: true, independent: true });
        expect(await clocks.probe(change, 'undone')).toMatchObject({ holds: false });
        texts.push(evidence.measured);
        await clocks.undo(change);
        expect(await clocks.probe(change, 'undone')).toMatchObject({ holds: true });
      }
      return texts;
    });
    expect(value).toMatchInlineSnapshot(`
      [
        "n1: reads a wall clock -5000 ms off, running +0 ppm, its monotonic clock +0 ppm",
        "n1: reads a wall clock +0 ms off, running +0 ppm, its monotonic clock +1 ppm",
        "n1: reads a wall clock +0 ms off, running +30 ppm, its monotonic clock +0 ppm",
        "n1: reads a wall clock -2 ms off, running -2000 ppm, its monotonic clock -2000 ppm",
      ]
    `);
  });
});

describe('probes of overlapping faults', () => {
  it('do not claim what there is no measuring of', async () => {
    await sameTwice({ nodes: 3, seed: 1 }, async (simulator) => {
      await start(simulator);
      const [links, processes] = [control(simulator, 'links'), control(simulator, 'processes')];
      const [first, second] = [links.plan('first', cut(['n1', 'n2'])), links.plan('second', cut(['n1', 'n2']))];
      for (const change of [first, second]) await links.apply(change);
      await links.undo(first);
      expect(await links.probe(first, 'undone')).toEqual({ holds: true, independent: false, measured: 'n1→n2: still cut by another fault' });
      const [kill, pause] = [processes.plan('k', { type: 'kill', nodes: ids(1) }), processes.plan('p', { type: 'pause', nodes: ids(1) })];
      await processes.apply(kill);
      await processes.apply(pause);
      expect(await processes.probe(pause, 'applied')).toEqual({ holds: true, independent: false, measured: 'n1: is down, so there is nothing to pause' });
      await processes.undo(pause);
      expect(await processes.probe(pause, 'undone')).toMatchObject({ holds: true, independent: false });
      expect(await processes.probe(kill, 'applied')).toMatchObject({ holds: true, independent: true });
    });
  });

  it('do not take a node that died of itself for a fault that stayed', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      let starts = 0;
      const failing: NodeProgram = {
        start: async (env, options) => {
          if (++starts > 1) throw new Error('cannot read my own log');
          return idle.start(env, options);
        },
      };
      await start(simulator, failing);
      const processes = control(simulator, 'processes');
      const kill = processes.plan('k', { type: 'kill', nodes: ids(1) });
      await processes.apply(kill);
      await processes.undo(kill);
      await simulator.clock.sleep(ms(1));
      expect(simulator.nodes[0]?.state()).toBe('crashed');
      expect(await processes.probe(kill, 'undone')).toMatchObject({ holds: true, independent: false });
    });
  });
});

describe('the journal of one schedule', () => {
  it('is the same whatever the programs do: same words, same times', async () => {
    const journal = async (bootWork: number, options: object): Promise<readonly [number, Evidence][]> => {
      const program: NodeProgram = {
        async start(env) {
          for (let i = 0; i < bootWork; i++) await env.disk.write(`f${i}`, new Uint8Array(10));
          const chatter = (): void => {
            for (const peer of env.peers) env.send(peer, 'chatter');
            env.timer(ms(1 + bootWork), chatter);
          };
          chatter();
          return { onMessage: () => undefined, onRequest: () => undefined };
        },
      };
      const { value } = await sameTwice({ nodes: 3, seed: 1, options }, async (simulator) => {
        await start(simulator, program);
        await simulator.clock.sleep((ms(500) - simulator.clock.now()) as Ns);
        const entries: [number, Evidence][] = [];
        const run = async <P>(kind: keyof Controls, params: P): Promise<void> => {
          const owner = control(simulator, kind) as unknown as { [K in 'plan']: (id: string, params: P) => never } & Omit<Controls['links'], 'plan'>;
          const change = owner.plan(`${kind}-${entries.length}`, params);
          await owner.apply(change);
          entries.push([simulator.clock.now(), await owner.probe(change, 'applied')]);
          await simulator.clock.sleep(ms(100));
          await owner.undo(change);
          entries.push([simulator.clock.now(), await owner.probe(change, 'undone')]);
        };
        await run('links', cut(['n1', 'n2'], ['clients', 'n3']));
        await run('processes', { type: 'kill', nodes: ids(1) });
        await run('processes', { type: 'pause', nodes: ids(2) });
        await run('clocks', { type: 'drift', nodes: ids(3), ppm: 5_000, scope: 'both' });
        return entries;
      });
      return value;
    };
    expect(await journal(0, {})).toEqual(await journal(40, {}));
  });
});
