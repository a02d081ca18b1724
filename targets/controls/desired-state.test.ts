import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockParams, LinkEnd, LinkParams, NodeId, Ns, ProcessParams } from '../../harness/contracts/index.ts';
import { type Active, activate, clockWish, cutLinks, linkKey, linkSteps, processSteps, processWish, retire } from './desired-state.ts';

const NODES = ['n1', 'n2', 'n3'] as NodeId[];
const node = fc.constantFrom(...NODES);
const end = fc.constantFrom<LinkEnd>(...NODES, 'clients');
const links = fc.record({ type: fc.constant('cut' as const), links: fc.array(fc.tuple(end, end), { maxLength: 6 }) });
const processes = fc.record({ type: fc.constantFrom('kill', 'pause', 'power-loss'), nodes: fc.uniqueArray(node) });
const scope = fc.constantFrom('wall', 'monotonic', 'both');
const clocks = fc.oneof(
  fc.record({ type: fc.constant('jump' as const), nodes: fc.uniqueArray(node), offset: fc.integer() as fc.Arbitrary<number>, scope }),
  fc.record({ type: fc.constant('drift' as const), nodes: fc.uniqueArray(node), ppm: fc.integer(), scope }),
);

/** A random interleaving of injects and heals, repeats included; every prefix is visited, and at the end all is healed. */
function everyPrefix<P>(params: fc.Arbitrary<P>, visit: (before: Active<P>, after: Active<P>, active: ReadonlyMap<number, P>) => void): void {
  const run = fc.tuple(fc.array(params, { minLength: 1, maxLength: 5 }), fc.array(fc.tuple(fc.boolean(), fc.nat(4)), { maxLength: 30 }));
  fc.assert(
    fc.property(run, ([changes, moves]) => {
      const mine = new Map<number, P>();
      let state: Active<P> = new Map();
      const ending = changes.map((_, index) => [false, index] as const);
      for (const [inject, pick] of [...moves, ...ending]) {
        const index = pick % changes.length;
        const chosen = changes[index] as P;
        const next = inject ? activate(state, `c${index}`, chosen) : retire(state, `c${index}`);
        if (inject) mine.set(index, chosen);
        else mine.delete(index);
        visit(state, next, mine);
        state = next;
      }
      expect(state.size).toBe(0);
    }),
  );
}

describe('links', () => {
  it('are cut exactly where the union of the active changes cuts them, and nowhere at the end', () => {
    const actual = new Set<string>();
    everyPrefix<LinkParams>(links, (before, after, active) => {
      if (before.size === 0) actual.clear();
      const steps = linkSteps(before, after);
      for (const [from, to] of steps.cut) {
        expect(actual.has(linkKey(from, to))).toBe(false);
        actual.add(linkKey(from, to));
      }
      for (const [from, to] of steps.heal) expect(actual.delete(linkKey(from, to))).toBe(true);
      const wanted = new Set([...active.values()].flatMap((params) => params.links.map(([from, to]) => linkKey(from, to))));
      expect(actual).toEqual(wanted);
      expect(new Set(cutLinks(after).keys())).toEqual(wanted);
    });
    expect(actual.size).toBe(0);
  });
});

describe('processes', () => {
  it('follow the union, down beating paused, and all run at the end', () => {
    let actual = new Map<NodeId, string>();
    everyPrefix<ProcessParams>(processes as fc.Arbitrary<ProcessParams>, (before, after, active) => {
      if (before.size === 0) actual = new Map(NODES.map((id) => [id, 'run']));
      for (const { node: id, step } of processSteps(before, after))
        actual.set(id, step === 'kill' || step === 'power-loss' ? 'down' : step.includes('pause') ? 'pause' : 'run');
      for (const id of NODES) {
        const types = [...active.values()].filter((params) => params.nodes.includes(id)).map((params) => params.type);
        const wanted = types.some((type) => type !== 'pause') ? 'down' : types.length > 0 ? 'pause' : 'run';
        expect(actual.get(id)).toBe(wanted);
        expect(processWish(after, id)).toBe(wanted);
      }
    });
  });

  it('lose what is unsynced when the power goes while they are down by a kill, and only then', () => {
    const n1 = NODES[0] as NodeId;
    const killed = activate<ProcessParams>(new Map(), 'k', { type: 'kill', nodes: [n1] });
    const both = activate<ProcessParams>(killed, 'p', { type: 'power-loss', nodes: [n1] });
    expect(processSteps(killed, both)).toEqual([{ node: n1, step: 'power-loss' }]);
    const dark = retire(both, 'k');
    expect(processSteps(both, dark)).toEqual([]);
    expect(processSteps(dark, activate(dark, 'k2', { type: 'kill', nodes: [n1] }))).toEqual([]);
    expect(processSteps(dark, retire(dark, 'p'))).toEqual([{ node: n1, step: 'start' }]);
  });

  it('start paused when a kill is undone under a pause', () => {
    const n1 = NODES[0] as NodeId;
    const both = activate<ProcessParams>(activate<ProcessParams>(new Map(), 'p', { type: 'pause', nodes: [n1] }), 'k', { type: 'kill', nodes: [n1] });
    expect(processSteps(both, retire(both, 'k'))).toEqual([{ node: n1, step: 'start-paused' }]);
  });
});

describe('clocks', () => {
  it('are off by the sum of the active changes, and true at the end', () => {
    everyPrefix<ClockParams>(clocks as fc.Arbitrary<ClockParams>, (_before, after, active) => {
      for (const id of NODES) {
        const mine = [...active.values()].filter((params) => params.nodes.includes(id));
        const sum = (scopeHit: string, type: string) =>
          mine
            .filter((params) => params.type === type && (params.scope === scopeHit || params.scope === 'both'))
            .reduce((total, params) => total + (params.type === 'jump' ? params.offset : params.type === 'drift' ? params.ppm : 0), 0);
        expect(clockWish(after, id)).toEqual({
          wallOffset: sum('wall', 'jump') as Ns,
          monotonicOffset: sum('monotonic', 'jump') as Ns,
          wallPpm: sum('wall', 'drift'),
          monotonicPpm: sum('monotonic', 'drift'),
        });
      }
    });
  });
});
