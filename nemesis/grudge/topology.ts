/** The partition topologies by name: pure functions from nodes to directed cuts. */
import type { FaultView, NodeId, Rng } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { shuffled } from '../selection/shuffle.ts';
import { type Cut, canonical, cutComponents, cutUnheard, minorityOf, minorityThirdOf } from './cuts.ts';
import { majoritiesRing } from './majorities-ring.ts';

interface Topology {
  readonly summary: string;
  /** Below this many nodes the topology is another one, or none. */
  readonly minNodes: number;
  cuts(view: FaultView, rng: Rng, options: TopologyOptions): Cut[];
}

export interface TopologyOptions {
  /** Into how many components `split` divides. */
  readonly parts: number;
}

/** name → what it cuts. `docs` and `--help` take their lines from here. */
export const TOPOLOGIES = {
  halves: {
    summary: 'the first half of the nodes from the second',
    minNodes: 2,
    cuts: ({ nodes }) => cutComponents(bisect(nodes)),
  },
  'random-halves': {
    summary: 'two random halves from each other',
    minNodes: 2,
    cuts: ({ nodes }, rng) => cutComponents(bisect(shuffled(nodes, rng))),
  },
  'isolate-one': {
    summary: 'one random node from all others',
    minNodes: 2,
    cuts: ({ nodes }, rng) => cutComponents(splitAt(shuffled(nodes, rng), 1)),
  },
  majority: {
    summary: 'a random minority, as large as can be, from the majority',
    minNodes: 3,
    cuts: ({ nodes }, rng) => cutComponents(splitAt(shuffled(nodes, rng), minorityOf(nodes.length))),
  },
  'minority-third': {
    summary: 'less than a third of the nodes from the others',
    minNodes: 4,
    cuts: ({ nodes }, rng) => cutComponents(splitAt(shuffled(nodes, rng), minorityThirdOf(nodes.length))),
  },
  'majorities-ring': {
    summary: 'every node hears a majority, no two the same',
    minNodes: 3,
    cuts: ({ nodes }, rng) => cutUnheard(nodes, majoritiesRing(nodes, rng)),
  },
  bridge: {
    summary: 'two halves from each other, with one node between that both see',
    minNodes: 3,
    cuts: ({ nodes }, rng) => cutComponents(bisect(shuffled(nodes, rng).slice(1))),
  },
  ring: {
    summary: 'each node talks to its two neighbours on a ring alone',
    minNodes: 4,
    cuts: ({ nodes }, rng) => cutUnheard(nodes, neighbours(shuffled(nodes, rng))),
  },
  split: {
    summary: 'several components of nearly equal size, none hearing another',
    minNodes: 2,
    cuts: ({ nodes }, rng, { parts }) => cutComponents(splitInto(shuffled(nodes, rng), parts)),
  },
  primaries: {
    summary: 'each primary alone, away from all others; nothing while no primary is known',
    minNodes: 2,
    cuts: ({ nodes, primaries }) => {
      const alone = nodes.filter((node) => primaries.includes(node));
      return cutComponents([...alone.map((node) => [node]), nodes.filter((node) => !primaries.includes(node))]);
    },
  },
} as const satisfies Readonly<Record<string, Topology>>;

export type TopologyName = keyof typeof TOPOLOGIES;

export const TOPOLOGY_NAMES = Object.keys(TOPOLOGIES) as [TopologyName, ...TopologyName[]];

/** The directed cuts of a topology, in canonical order. Throws ORDEAL_BAD_OPTION where there are too few nodes for it. */
export function cutsOf(name: TopologyName, view: FaultView, rng: Rng, options: TopologyOptions = { parts: 2 }): Cut[] {
  const topology: Topology = TOPOLOGIES[name];
  const needed = name === 'split' ? Math.max(topology.minNodes, options.parts) : topology.minNodes;
  if (view.nodes.length < needed) {
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `the partition "${name}" needs ${needed} nodes; there are ${view.nodes.length}`,
      where: 'topology of a partition',
      value: name,
      remedy: 'Use more nodes, or another topology.',
    });
  }
  return canonical(topology.cuts(view, rng, options));
}

/** The topologies that that many nodes can have without knowing who is primary. */
export function topologiesFor(nodeCount: number): TopologyName[] {
  return TOPOLOGY_NAMES.filter((name) => name !== 'primaries' && TOPOLOGIES[name].minNodes <= nodeCount);
}

function splitAt(nodes: readonly NodeId[], at: number): NodeId[][] {
  return [nodes.slice(0, at), nodes.slice(at)];
}

function bisect(nodes: readonly NodeId[]): NodeId[][] {
  return splitAt(nodes, Math.floor(nodes.length / 2));
}

function splitInto(nodes: readonly NodeId[], parts: number): NodeId[][] {
  return Array.from({ length: parts }, (_, part) => nodes.filter((_node, i) => i % parts === part));
}

function neighbours(ring: readonly NodeId[]): Map<NodeId, Set<NodeId>> {
  const count = ring.length;
  return new Map(ring.map((node, i) => [node, new Set([ring[(i + count - 1) % count] as NodeId, node, ring[(i + 1) % count] as NodeId])]));
}
