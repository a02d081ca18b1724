/**
 * Directed cuts and how to think of them: who hears whom. The algebra below every partition topology (after
 * jepsen.nemesis' grudges, but of pairs, so that one direction alone can be cut).
 */
import type { LinkEnd, NodeId } from '../../harness/contracts/index.ts';

/** Nothing travels from the first to the second, whoever dialled. */
export type Cut = readonly [from: LinkEnd, to: LinkEnd];

/** The smallest number of nodes that is more than half. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The largest number of nodes that is less than half; 0 below three nodes. */
export function minorityOf(count: number): number {
  return Math.max(0, Math.floor((count - 1) / 2));
}

/** The largest number of nodes that is less than a third (what a Byzantine system tolerates); 0 below four nodes. */
export function minorityThirdOf(count: number): number {
  return Math.max(0, Math.floor((count - 1) / 3));
}

/** Cuts every link between different components, both ways; inside a component everything stays whole. */
export function cutComponents(components: readonly (readonly NodeId[])[]): Cut[] {
  const cuts: Cut[] = [];
  for (const component of components) {
    for (const other of components) {
      if (other === component) continue;
      for (const from of component) for (const to of other) cuts.push([from, to]);
    }
  }
  return cuts;
}

/** Cuts what is not heard: `hears` gives for each node the nodes whose messages reach it. Itself is always heard. */
export function cutUnheard(nodes: readonly NodeId[], hears: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): Cut[] {
  const cuts: Cut[] = [];
  for (const from of nodes) {
    for (const to of nodes) if (from !== to && !hears.get(to)?.has(from)) cuts.push([from, to]);
  }
  return cuts;
}

/** The inverse of `cutUnheard`: whom each node hears under these cuts, itself included. */
export function hearsUnder(nodes: readonly NodeId[], cuts: readonly Cut[]): Map<NodeId, Set<NodeId>> {
  const hears = new Map(nodes.map((node) => [node, new Set(nodes)]));
  for (const [from, to] of cuts) {
    if (from !== 'clients' && to !== 'clients') hears.get(to as NodeId)?.delete(from as NodeId);
  }
  return hears;
}

/** Every link from one of `froms` to one of `tos`, no node to itself. */
export function cutBetween(froms: readonly LinkEnd[], tos: readonly LinkEnd[]): Cut[] {
  return froms.flatMap((from) => tos.filter((to) => to !== from).map((to): Cut => [from, to]));
}

/** The cuts in a canonical order without repetitions: equal topologies give equal bytes in the journal. */
export function canonical(cuts: readonly Cut[]): Cut[] {
  const byKey = new Map(cuts.map((cut) => [`${cut[0]}>${cut[1]}`, cut]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cut]) => cut);
}
