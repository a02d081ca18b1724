/**
 * Whether a queue was drained to its end: after all else had ended and everything was healed, by every node that clients
 * had spoken to, until it was empty (rule 8). Only then is a message that no delivery contains lost.
 */
import type { History } from '../../harness/contracts/index.ts';
import type { RunPhases } from '../columns/run-phases.ts';
import type { Queue } from './collect.ts';

export interface FinalDrain {
  /** Why it was not; undefined where it was. */
  readonly open?: 'never' | 'not-by-all' | 'moved-since';
  /** Nodes that did not drain it, by name. */
  readonly without: readonly string[];
  /** Completion of the last full drain; -1 without one. */
  readonly last: number;
}

/** `lastNemesis` is the index of the nemesis' last event, -1 without one. O(drains). */
export function finalDrain(history: History, queue: Queue, phases: RunPhases, lastNemesis: number): FinalDrain {
  const begun = phases.size > 0 ? (phases.get('final-reads') ?? Infinity) : lastNemesis;
  const drains = queue.drains.filter(({ invoke }) => invoke > begun);
  const last = drains.reduce((latest, { complete }) => Math.max(latest, complete), -1);
  if (drains.length === 0) return { open: 'never', without: [], last };
  const drained = new Set(drains.map(({ invoke }) => history.columns.node[invoke]!));
  const without = [...queue.nodes].filter((node) => !drained.has(node)).map((node) => history.nodes[node] ?? '?');
  if (without.length > 0) return { open: 'not-by-all', without, last };
  // what was still under way may have put something there, or held something back
  if (!drains.some(({ invoke }) => invoke > queue.lastMove)) return { open: 'moved-since', without, last };
  return { without, last };
}
