/** The majorities ring: every node hears a majority, no two nodes the same one. Consensus must not be fooled by it. */
import type { NodeId, Rng } from '../../harness/contracts/index.ts';
import { shuffled } from '../selection/shuffle.ts';
import { majorityOf } from './cuts.ts';

/** Above this many nodes the perfect ring is left for a random one: more of the possible topologies are seen. */
const LARGEST_PERFECT = 5;
const TRIES = 32;

type Hears = Map<NodeId, Set<NodeId>>;

/** Whom each node hears. At least three nodes. */
export function majoritiesRing(nodes: readonly NodeId[], rng: Rng): Hears {
  if (nodes.length <= LARGEST_PERFECT) return perfectRing(shuffled(nodes, rng));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const hears = stochasticRing(nodes, rng.fork(attempt));
    if (allDiffer(hears)) return hears;
  }
  return perfectRing(shuffled(nodes, rng));
}

/**
 * Each node hears the window of a majority around itself on the ring: n windows, all different because a majority is
 * never everybody. With a window of even size the links are one-way (three nodes: each hears one neighbour alone).
 */
function perfectRing(ring: readonly NodeId[]): Hears {
  const size = majorityOf(ring.length);
  const before = Math.floor(size / 2);
  return new Map(
    ring.map((node, i) => {
      const window = Array.from({ length: size }, (_, step) => ring[(i - before + step + ring.length) % ring.length] as NodeId);
      return [node, new Set(window)];
    }),
  );
}

/** Links pairs of the least connected nodes until each hears a majority. */
function stochasticRing(nodes: readonly NodeId[], rng: Rng): Hears {
  const hears: Hears = new Map(nodes.map((node) => [node, new Set([node])]));
  const enough = majorityOf(nodes.length);
  const degree = (node: NodeId): number => hears.get(node)?.size ?? 0;
  for (;;) {
    const order = shuffled(nodes, rng).sort((a, b) => degree(a) - degree(b));
    const least = order[0] as NodeId;
    if (degree(least) >= enough) return hears;
    const partner = order.find((node) => !hears.get(least)?.has(node)) as NodeId;
    hears.get(least)?.add(partner);
    hears.get(partner)?.add(least);
  }
}

function allDiffer(hears: Hears): boolean {
  return new Set([...hears.values()].map((heard) => [...heard].sort().join())).size === hears.size;
}
