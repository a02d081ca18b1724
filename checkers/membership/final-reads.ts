/**
 * The authoritative reads of a collection: the last `ok` read of each node after healing and settling (rule 8).
 *
 * A run marks that phase in its history. A history without any phase marks comes from elsewhere: there, reads invoked
 * after every addition had ended and after the last event of the nemesis stand for them.
 */
import type { History } from '../../harness/contracts/index.ts';
import type { RunPhases } from '../columns/run-phases.ts';
import type { Collection } from './collect.ts';

export interface FinalReads {
  readonly by: 'phase' | 'quiescence';
  /** Read numbers, one per node (each read for itself where nodes are not recorded), ascending. */
  readonly reads: readonly number[];
}

/** `lastNemesis` is the index of the nemesis' last event, -1 without one. */
export function finalReads(history: History, collection: Collection, phases: RunPhases, lastNemesis: number): FinalReads {
  const by = phases.size > 0 ? 'phase' : 'quiescence';
  const after = by === 'phase' ? (phases.get('final-reads') ?? Infinity) : Math.max(collection.lastAdd, lastNemesis);
  const { invoke, complete, count } = collection.reads;
  const ofNode = new Map<number, number>();
  for (let read = 0; read < count; read++) {
    if (invoke[read]! <= after) continue;
    const node = history.columns.node[complete[read]!]!;
    ofNode.set(node < 0 ? -1 - read : node, read);
  }
  return { by, reads: [...ofNode.values()].sort((a, b) => a - b) };
}

/** By element: how many of the reads contain it. */
export function countPresent(collection: Collection, reads: readonly number[]): Int32Array {
  const present = new Int32Array(collection.elements.values.length);
  const mark = new Int32Array(present.length).fill(-1);
  for (const read of reads) {
    for (let at = collection.reads.from[read]!; at < collection.reads.to[read]!; at++) {
      const element = collection.contents[at]!;
      if (mark[element] === read) continue;
      mark[element] = read;
      present[element] = present[element]! + 1;
    }
  }
  return present;
}
