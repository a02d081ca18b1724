import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { type Cut, cutComponents, cutUnheard, hearsUnder, majorityOf, minorityOf, minorityThirdOf } from './cuts.ts';
import { cutsOf, TOPOLOGIES, TOPOLOGY_NAMES, type TopologyName, topologiesFor } from './topology.ts';

const names = (count: number): NodeId[] => Array.from({ length: count }, (_, i) => `n${i + 1}` as NodeId);
const view = (count: number, primaries: NodeId[] = []) => ({ nodes: names(count), primaries });
const hears = (count: number, name: TopologyName, seed: number, parts = 2, primaries: NodeId[] = []) =>
  hearsUnder(names(count), cutsOf(name, view(count, primaries), createRng(seed), { parts }));

/** The classes of nodes that hear the very same nodes. */
function components(heard: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): string[] {
  return [...new Set([...heard.values()].map((each) => [...each].sort().join()))].sort();
}
const sizes = (heard: ReadonlyMap<NodeId, ReadonlySet<NodeId>>) =>
  components(heard)
    .map((each) => each.split(',').length)
    .sort();
const symmetric = (heard: ReadonlyMap<NodeId, ReadonlySet<NodeId>>) => [...heard].every(([a, set]) => [...set].every((b) => heard.get(b)?.has(a)));

const size = fc.integer({ min: 3, max: 13 });
const seed = fc.integer({ min: 0, max: 1_000_000 });

describe('sizes', () => {
  it('has majorities, minorities and minority thirds as defined', () => {
    for (let n = 1; n <= 20; n++) {
      expect(majorityOf(n)).toBe([...Array(n + 1).keys()].find((k) => 2 * k > n));
      expect(minorityOf(n)).toBe([...Array(n).keys()].findLast((k) => 2 * k < n));
      expect(minorityThirdOf(n)).toBe([...Array(n).keys()].findLast((k) => 3 * k < n));
    }
  });
});

describe('the algebra', () => {
  it('cuts exactly the pairs of different components', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 9 }), (membership) => {
        const nodes = names(membership.length);
        const parts = [0, 1, 2, 3].map((part) => nodes.filter((_, i) => membership[i] === part));
        const naive: string[] = [];
        nodes.forEach((a, i) => {
          nodes.forEach((b, j) => {
            if (membership[i] !== membership[j]) naive.push(`${a}>${b}`);
          });
        });
        expect(
          cutComponents(parts)
            .map(([a, b]) => `${a}>${b}`)
            .sort(),
        ).toEqual(naive.sort());
      }),
    );
  });

  it('goes from cuts to who hears whom and back', () => {
    const pairs = fc.uniqueArray(
      fc.tuple(fc.nat(6), fc.nat(6)).filter(([a, b]) => a !== b),
      { selector: String },
    );
    fc.assert(
      fc.property(pairs, (links) => {
        const nodes = names(7);
        const cuts = links.map(([a, b]): Cut => [nodes[a]!, nodes[b]!]);
        expect(cutUnheard(nodes, hearsUnder(nodes, cuts)).map(String).sort()).toEqual(cuts.map(String).sort());
      }),
    );
  });
});

describe('every topology', () => {
  it('cuts directed pairs of different nodes, each once, in canonical order, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TOPOLOGY_NAMES), size, seed, (name, count, s) => {
        if (count < TOPOLOGIES[name].minNodes) return;
        const primaries = ['n2' as NodeId];
        const cuts = cutsOf(name, view(count, primaries), createRng(s));
        const keys = cuts.map(([a, b]) => `${a}>${b}`);
        expect(keys).toEqual([...new Set(keys)].sort());
        expect(cuts.length).toBeGreaterThan(0);
        for (const [a, b] of cuts) {
          expect(a).not.toBe(b);
          expect(names(count)).toEqual(expect.arrayContaining([a, b]));
        }
        expect(cutsOf(name, view(count, primaries), createRng(s))).toEqual(cuts);
      }),
    );
  });

  it('is refused by fewer nodes than it needs', () => {
    for (const name of TOPOLOGY_NAMES) expect(() => cutsOf(name, view(TOPOLOGIES[name].minNodes - 1), createRng(1))).toThrow(/needs \d nodes/);
    expect(() => cutsOf('split', view(3), createRng(1), { parts: 4 })).toThrow(/needs 4 nodes/);
  });

  it('is offered to clusters that can have it', () => {
    expect(topologiesFor(1)).toEqual([]);
    expect(topologiesFor(3)).toEqual(['halves', 'random-halves', 'isolate-one', 'majority', 'majorities-ring', 'bridge', 'split']);
    expect(topologiesFor(5)).toContain('ring');
    expect(topologiesFor(9)).not.toContain('primaries');
  });
});

describe('components', () => {
  it('halves the nodes, in order or at random', () => {
    fc.assert(
      fc.property(fc.constantFrom<TopologyName>('halves', 'random-halves'), size, seed, (name, count, s) => {
        const heard = hears(count, name, s);
        expect(symmetric(heard)).toBe(true);
        expect(sizes(heard)).toEqual(
          [...new Set([Math.floor(count / 2), Math.ceil(count / 2)])].length === 1
            ? [count / 2, count / 2]
            : [Math.floor(count / 2), Math.ceil(count / 2)].sort(),
        );
      }),
    );
    expect(components(hears(5, 'halves', 1))).toEqual(['n1,n2', 'n3,n4,n5']);
  });

  it('isolates one, a minority, less than a third', () => {
    const numeric = (a: number, b: number): number => a - b;
    fc.assert(
      fc.property(size, seed, (count, s) => {
        expect(sizes(hears(count, 'isolate-one', s)).sort(numeric)).toEqual([1, count - 1]);
        expect(sizes(hears(count, 'majority', s)).sort(numeric)).toEqual([minorityOf(count), count - minorityOf(count)]);
        if (count >= 4) expect(sizes(hears(count, 'minority-third', s)).sort(numeric)).toEqual([minorityThirdOf(count), count - minorityThirdOf(count)]);
      }),
    );
  });

  it('isolates everyone at some seed', () => {
    const isolated = new Set(Array.from({ length: 60 }, (_, s) => components(hears(5, 'isolate-one', s)).find((each) => !each.includes(','))));
    expect([...isolated].sort()).toEqual(names(5));
  });

  it('splits into as many parts as asked, of nearly equal size', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 2, max: 13 }), seed, (count, parts, s) => {
        if (parts > count) return;
        const heard = hears(count, 'split', s, parts);
        expect(components(heard)).toHaveLength(parts);
        for (const each of heard.values()) expect([Math.floor(count / parts), Math.ceil(count / parts)]).toContain(each.size);
      }),
    );
  });

  it('puts each primary alone', () => {
    const heard = hears(5, 'primaries', 1, 2, ['n2' as NodeId, 'n4' as NodeId]);
    expect(components(heard)).toEqual(['n1,n3,n5', 'n2', 'n4']);
    expect(cutsOf('primaries', view(5), createRng(1))).toEqual([]);
  });
});

describe('overlapping views', () => {
  it('majorities ring: every node hears a majority, no two the same', () => {
    fc.assert(
      fc.property(size, seed, (count, s) => {
        const heard = hears(count, 'majorities-ring', s);
        for (const [node, set] of heard) {
          expect(set.has(node)).toBe(true);
          expect(set.size).toBeGreaterThanOrEqual(majorityOf(count));
          if (count <= 5) expect(set.size).toBe(majorityOf(count));
        }
        expect(components(heard)).toHaveLength(count);
        if (count === 5) expect(symmetric(heard)).toBe(true);
      }),
    );
  });

  it('bridge: two halves, and one node that all hear and that hears all', () => {
    fc.assert(
      fc.property(size, seed, (count, s) => {
        const heard = hears(count, 'bridge', s);
        expect(symmetric(heard)).toBe(true);
        const bridges = [...heard].filter(([, set]) => set.size === count);
        expect(bridges).toHaveLength(1);
        const bridge = bridges[0]![0];
        const halves = components(new Map([...heard].filter(([node]) => node !== bridge)));
        expect(halves).toHaveLength(2);
        for (const half of halves) expect(half.split(',')).toContain(bridge);
        expect(Math.abs(halves[0]!.split(',').length - halves[1]!.split(',').length)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('ring: each node has two neighbours, and the ring is one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 13 }), seed, (count, s) => {
        const heard = hears(count, 'ring', s);
        expect(symmetric(heard)).toBe(true);
        for (const set of heard.values()) expect(set.size).toBe(3);
        const reached = new Set(['n1' as NodeId]);
        for (const node of reached) for (const next of heard.get(node)!) reached.add(next);
        expect(reached.size).toBe(count);
      }),
    );
  });
});
