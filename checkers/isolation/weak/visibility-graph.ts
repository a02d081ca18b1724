/**
 * Who sees whom, over lists: a reader sees the writers of all elements of its list, and misses all appends that are not in it.
 * Over chains of way-points, one for each version of a list, so that O(micro-operations) edges say it.
 */
import { type GraphBuilder, RW, VIA, WR } from '../graph/dependency-graph.ts';
import { ELSEWHERE, UNOBSERVED, type VersionOrders } from '../list-append/version-orders.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { APPEND, type Transactions } from '../transactions/columns.ts';

/** Adds WR edges from every writer that a read shows, and RW edges to every one that took effect and that it does not show. */
export function addVisibility(graph: GraphBuilder, transactions: Transactions, byKey: ByKey, orders: VersionOrders): void {
  const { owner, kind, keyCount } = transactions;
  const { first, position, committed } = orders;
  for (let k = 0; k < keyCount; k++) {
    const reads = byKey.reads.subarray(byKey.readStart[k], byKey.readStart[k + 1]);
    const writes = byKey.writes.subarray(byKey.writeStart[k], byKey.writeStart[k + 1]);
    const versions = first[k + 1]! - first[k]!;
    if (reads.length === 0 || writes.length === 0) continue;
    // shown[i] is reached from the writers of versions up to i; missed[i] reaches those from i on, and all unobserved ones.
    const shown = Array.from({ length: versions }, () => graph.wayPoint());
    const missed = Array.from({ length: versions + 1 }, () => graph.wayPoint());
    for (let i = 0; i < versions; i++) {
      if (i > 0) graph.edge(shown[i - 1]!, shown[i]!, VIA);
      graph.edge(missed[i]!, missed[i + 1]!, VIA);
    }
    for (const op of writes) {
      const t = owner[op]!;
      if (kind[op] !== APPEND || committed[t] === 0) continue;
      const at = position[op]!;
      if (at !== UNOBSERVED) graph.edge(t, shown[at]!, WR);
      graph.edge(missed[at === UNOBSERVED ? versions : at]!, t, VIA);
    }
    for (const read of reads) {
      const at = position[read]!;
      if (at === ELSEWHERE) continue;
      if (at >= 0) graph.edge(shown[at]!, owner[read]!, VIA);
      graph.edge(owner[read]!, missed[at + 1]!, RW);
    }
  }
}
