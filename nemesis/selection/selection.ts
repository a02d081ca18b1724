/**
 * Whom a fault hits: one, minority, majority, primaries, followers, all, outside, or nodes by name. Nodes that stand for the
 * outside world are hit only where they are named. Pure over the view and a keyed stream.
 */
import { z } from 'zod';
import type { FaultView, NodeId, Rng } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { majorityOf, minorityOf, minorityThirdOf } from '../grudge/cuts.ts';
import { shuffled } from './shuffle.ts';

export const SELECTIONS = ['one', 'minority', 'minority-third', 'majority', 'primaries', 'followers', 'all', 'outside'] as const;

/** So many nodes from that position on (from 0), around the list: how rotations take turns. */
export interface Turn {
  readonly from: number;
  readonly count: number;
}

/** A name from `SELECTIONS`, the nodes themselves, or whose turn it is. */
export type Selection = (typeof SELECTIONS)[number] | readonly string[] | Turn;

/** The option `target` of a fault. */
export const selectionOption = z
  .union([z.enum(SELECTIONS), z.array(z.string()).min(1), z.strictObject({ from: z.int().nonnegative(), count: z.int().positive() })])
  .describe(
    'Whom it hits: one, minority, minority-third, majority, primaries, followers, all, outside (what stands for the outside world, which the others leave alone), a list of nodes, or {from, count}: so many nodes from a position on.',
  );

/**
 * The nodes that a selection means, in the order of `view.nodes`. Empty where there are none: no minority of two nodes,
 * no primary known. Throws ORDEAL_BAD_OPTION for a node that does not exist.
 */
export function select(selection: Selection, view: FaultView, rng: Rng): NodeId[] {
  const { outside = [] } = view;
  const nodes = outside.length === 0 ? view.nodes : view.nodes.filter((node) => !outside.includes(node));
  if (typeof selection !== 'string') return 'from' in selection ? turn(selection, nodes) : named(selection, view.nodes);
  const count = nodes.length;
  switch (selection) {
    case 'one':
      return some(nodes, 1, rng);
    case 'minority':
      return some(nodes, minorityOf(count), rng);
    case 'minority-third':
      return some(nodes, minorityThirdOf(count), rng);
    case 'majority':
      return some(nodes, majorityOf(count), rng);
    case 'all':
      return [...nodes];
    case 'outside':
      return [...outside];
    case 'primaries': {
      const primaries = new Set(view.primaries);
      return nodes.filter((node) => primaries.has(node));
    }
    case 'followers': {
      const primaries = new Set(view.primaries);
      return primaries.size === 0 ? [] : nodes.filter((node) => !primaries.has(node));
    }
  }
}

/** The nodes of those names, in the order of `nodes`. Throws ORDEAL_BAD_OPTION for a name that none has. */
export function named(names: readonly string[], nodes: readonly NodeId[]): NodeId[] {
  const unknown = names.find((name) => !nodes.some((node) => node === name));
  if (unknown !== undefined) {
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `there is no node "${unknown}" (nodes: ${nodes.join(', ')})`,
      where: 'target of a fault',
      value: unknown,
      remedy: 'Name nodes of this cluster, or use one, minority, majority or all.',
    });
  }
  const wanted = new Set(names);
  return nodes.filter((node) => wanted.has(node));
}

function turn({ from, count }: Turn, nodes: readonly NodeId[]): NodeId[] {
  return nodes.filter((_node, i) => (i - (from % nodes.length) + nodes.length) % nodes.length < count);
}

function some(nodes: readonly NodeId[], count: number, rng: Rng): NodeId[] {
  const chosen = new Set(shuffled(nodes, rng).slice(0, count));
  return nodes.filter((node) => chosen.has(node));
}
