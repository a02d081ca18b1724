import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, ClockParams, Control, LinkEnd, LinkParams, NodeId, NodeProgram, Ns, ProcessParams } from '../../../../harness/contracts/index.ts';
import { createSimulator, type Simulator } from '../simulator.ts';

const NODES = ['n1', 'n2', 'n3'] as NodeId[];
const node = fc.constantFrom(...NODES);
const end = fc.constantFrom<LinkEnd>(...NODES, 'clients');
const nodes = fc.uniqueArray(node, { minLength: 1 });
const links: fc.Arbitrary<LinkParams> = fc.record({ type: fc.constant('cut' as const), links: fc.array(fc.tuple(end, end), { minLength: 1, maxLength: 5 }) });
const processes: fc.Arbitrary<ProcessParams> = fc.record({ type: fc.constantFrom('kill', 'pause', 'power-loss'), nodes });
const clocks = fc.oneof(
  fc.record({ type: fc.constant('jump' as const), nodes, offset: fc.constantFrom(-5_000_000_000, 3_000_000_000), scope: fc.constant('wall' as const) }),
  fc.record({ type: fc.constant('drift' as const), nodes, ppm: fc.constantFrom(-200_000, 100_000), scope: fc.constantFrom('wall', 'monotonic', 'both') }),
) as fc.Arbitrary<ClockParams>;

const idle: NodeProgram = { start: async () => ({ onMessage: () => undefined, onRequest: () => undefined }) };

/** Any interleaving of injects, heals and the passing of time; after each step, and at the end with all healed, `verify`. */
async function anyInterleaving<P>(
  params: fc.Arbitrary<P>,
  control: (simulator: Simulator) => Control<P>,
  verify: (simulator: Simulator, active: readonly P[]) => void,
): Promise<void> {
  const run = fc.tuple(
    fc.array(params, { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom('inject', 'heal', 'wait'), fc.nat(3)), { maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(run, async ([changes, moves]) => {
      const simulator = createSimulator({ nodes: 3, seed: 1 });
      const scenario = async (): Promise<void> => {
        for (const each of simulator.nodes) await each.startProgram(idle, null);
        const planned = changes.map((change, index): Change => control(simulator).plan(`c${index}`, change));
        const active = new Set<number>();
        const ending = changes.map((_, index) => ['heal', index] as const);
        for (const [move, pick] of [...moves, ...ending]) {
          const index = pick % changes.length;
          const change = planned[index] as Change;
          if (move === 'inject') await control(simulator).apply(change);
          if (move === 'heal') await control(simulator).undo(change);
          if (move === 'wait') await simulator.clock.sleep(1_000_000_000 as Ns);
          if (move === 'inject') active.add(index);
          if (move === 'heal') active.delete(index);
          verify(
            simulator,
            [...active].map((at) => changes[at] as P),
          );
        }
        expect(active.size).toBe(0);
      };
      try {
        await simulator.run(scenario());
      } finally {
        await simulator[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 60 },
  );
}

describe('simulated controls', () => {
  it('cut exactly the union of the active changes, and nothing at the end', async () => {
    await anyInterleaving(
      links,
      (simulator) => simulator.control('links') as Control<LinkParams>,
      ({ network }, active) => {
        for (const from of [...NODES, 'clients' as const]) {
          for (const to of [...NODES, 'clients' as const]) {
            const wanted = active.some((params) => params.links.some(([a, b]) => a === from && b === to));
            expect(network.segment(network.indexOf(from), network.indexOf(to)) === undefined, `${from}>${to}`).toBe(wanted);
          }
        }
      },
    );
  });

  it('hold processes down or paused as the union wants, down beating paused; all run at the end', async () => {
    await anyInterleaving(
      processes,
      (simulator) => simulator.control('processes') as Control<ProcessParams>,
      (simulator, active) => {
        for (const { id, state } of simulator.nodes.map((each) => ({ id: each.id, state: each.state() }))) {
          const types = active.filter((params) => params.nodes.includes(id)).map(({ type }) => type);
          const down = types.some((type) => type !== 'pause');
          expect(state, id).toBe(down ? 'stopped' : types.length > 0 ? 'paused' : 'running');
        }
      },
    );
  });

  it('set clocks to the sum of the active changes; wall clocks are true at the end', async () => {
    let rates = new Map<string, number>();
    await anyInterleaving(
      clocks,
      (simulator) => simulator.control('clocks') as Control<ClockParams>,
      (simulator, active) => {
        const now = simulator.clock.now();
        rates = new Map();
        for (const { id, clock } of simulator.nodes) {
          const mine = active.filter((params) => params.nodes.includes(id));
          const ppm = (scope: string): number => mine.reduce((sum, p) => (p.type === 'drift' && p.scope !== scope ? sum + p.ppm : sum), 0);
          const jumps = mine.reduce((sum, p) => (p.type === 'jump' ? sum + p.offset : sum), 0);
          const rate = (read: (time: number) => number): number => Math.round((read(now + 1_000_000_000) - read(now) - 1_000_000_000) / 1_000);
          expect(rate((time) => clock.wallNs(time))).toBe(ppm('monotonic'));
          expect(rate((time) => clock.monotonic(time))).toBe(ppm('wall'));
          if (!mine.some(({ type }) => type === 'drift')) expect(clock.wallNs(now) - now).toBe(jumps);
          rates.set(id, ppm('wall'));
        }
      },
    );
    expect([...rates.values()]).toEqual([0, 0, 0]);
  });
});
