import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { select } from './selection.ts';
import { shuffled, weighted } from './shuffle.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'] as NodeId[];
const view = { nodes, primaries: ['n3'] as NodeId[] };

describe('select', () => {
  it('has the sizes that the names promise, in the order of the nodes', () => {
    for (let seed = 0; seed < 50; seed++) {
      const sizes = (['one', 'minority', 'minority-third', 'majority', 'all'] as const).map((name) => {
        const chosen = select(name, view, createRng(seed));
        expect(chosen).toEqual(nodes.filter((node) => chosen.includes(node)));
        return chosen.length;
      });
      expect(sizes).toEqual([1, 2, 1, 3, 5]);
    }
  });

  it('knows roles only where the system tells', () => {
    expect(select('primaries', view, createRng(1))).toEqual(['n3']);
    expect(select('followers', view, createRng(1))).toEqual(['n1', 'n2', 'n4', 'n5']);
    const blind = { nodes, primaries: [] };
    expect(select('primaries', blind, createRng(1))).toEqual([]);
    expect(select('followers', blind, createRng(1))).toEqual([]);
  });

  it('takes nodes by name, and refuses names that nobody has', () => {
    expect(select(['n5', 'n1'], view, createRng(1))).toEqual(['n1', 'n5']);
    expect(() => select(['n9'], view, createRng(1))).toThrow('there is no node "n9" (nodes: n1, n2, n3, n4, n5)');
  });

  it('leaves the outside world alone unless it is named', () => {
    const world = { ...view, outside: ['n5'] as NodeId[] };
    for (const name of ['one', 'minority', 'majority', 'followers', 'all'] as const) expect(select(name, world, createRng(3))).not.toContain('n5');
    expect(select('all', world, createRng(1))).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(select({ from: 3, count: 2 }, world, createRng(1))).toEqual(['n1', 'n4']);
    expect(select('outside', world, createRng(1))).toEqual(['n5']);
    expect(select(['n5'], world, createRng(1))).toEqual(['n5']);
    expect(select('outside', view, createRng(1))).toEqual([]);
  });

  it('takes turns around the list', () => {
    expect(select({ from: 3, count: 2 }, view, createRng(1))).toEqual(['n4', 'n5']);
    expect(select({ from: 4, count: 2 }, view, createRng(1))).toEqual(['n1', 'n5']);
    expect(select({ from: 6, count: 1 }, view, createRng(1))).toEqual(['n2']);
    expect(select({ from: 0, count: 9 }, view, createRng(1))).toEqual(nodes);
  });

  it('finds no minority among two', () => {
    expect(select('minority', { nodes: nodes.slice(0, 2), primaries: [] }, createRng(1))).toEqual([]);
  });

  it('chooses everyone at some seed', () => {
    expect(new Set(Array.from({ length: 60 }, (_, seed) => select('one', view, createRng(seed))[0])).size).toBe(5);
  });
});

describe('shuffled', () => {
  it('is a permutation and leaves its input alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        expect(shuffled(items, createRng(seed)).sort()).toEqual([...items].sort());
        expect(items).toEqual(before);
      }),
    );
  });

  it('reaches every order', () => {
    expect(new Set(Array.from({ length: 200 }, (_, seed) => shuffled([1, 2, 3], createRng(seed)).join())).size).toBe(6);
  });
});

describe('weighted', () => {
  it('follows the weights', () => {
    const counts = { a: 0, b: 0, never: 0 };
    const items = ['a', 'b', 'never'] as const;
    const weights = { a: 3, b: 1, never: 0 };
    for (let seed = 0; seed < 2_000; seed++) counts[weighted(items, (item) => weights[item], createRng(seed))!]++;
    expect(counts.never).toBe(0);
    expect(Math.abs(counts.a - 1_500)).toBeLessThan(100);
    expect(weighted([], () => 1, createRng(1))).toBeUndefined();
  });
});
