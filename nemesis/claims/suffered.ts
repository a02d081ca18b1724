/** What a run's journal says was done to nodes. */
import type { JournalEntry } from '../../harness/contracts/index.ts';
import type { Claims, HarmStep } from './claims.ts';
import { nodesOf } from './foreseen.ts';
import { type Harmed, harmOf } from './harm.ts';

/** In order of time: from when each change was applied, proven or not, until it was undone. */
export function suffered(entries: readonly JournalEntry[], claims: Claims): HarmStep[] {
  const own = new Set<string>(nodesOf(claims));
  const planned = new Map<string, { readonly fault: string; readonly harmed: Harmed }>();
  const steps: HarmStep[] = [];
  for (const entry of entries) {
    if (entry.type === 'planned') {
      const harmed = harmOf(entry.change.params);
      if (harmed) planned.set(entry.change.id, { fault: entry.instance.fault, harmed: { ...harmed, nodes: harmed.nodes.filter((node) => own.has(node)) } });
    } else if (entry.type === 'applied' || entry.type === 'undone') {
      const known = planned.get(entry.change);
      if (known) steps.push({ id: entry.change, at: entry.type === 'applied' ? 'begin' : 'end', ...known });
    }
  }
  return steps;
}
