/**
 * Orders that the history itself gives: of a process (sessions), and of real time. Real time runs over a chain of barriers,
 * one for each change from completions to invocations, so that O(n) edges say what n² pairs would.
 */
import type { HistoryColumns } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import type { TransactionRows } from '../transactions/columns.ts';
import { type GraphBuilder, PROCESS, REALTIME, VIA } from './dependency-graph.ts';

/** Each transaction of a process to the next one that took effect. Transactions are in order of invocation. */
export function addProcessOrder(graph: Pick<GraphBuilder, 'edge'>, { count, process, outcome, invocation }: TransactionRows, committed: Uint8Array): void {
  const last = new Map<number, number>();
  for (let t = 0; t < count; t++) {
    if (committed[t] === 0 || invocation[t]! < 0) continue;
    const previous = last.get(process[t]!);
    if (previous !== undefined) graph.edge(previous, t, PROCESS);
    // An unknown transaction is its process's last one, and nothing is known to come after it.
    if (outcome[t] === OK) last.set(process[t]!, t);
  }
}

/**
 * Each acknowledged transaction to all that were invoked after its acknowledgement. `first`: transaction t is the vertices
 * `first[t] .. first[t + 1]`; without it, vertex t.
 */
export function addRealtimeOrder(graph: GraphBuilder, transactions: TransactionRows, committed: Uint8Array, columns: HistoryColumns, first?: Int32Array): void {
  const ofEvent = transactionOfEvent(transactions, columns.type.length);
  const { outcome, invocation } = transactions;
  let barrier = -1;
  let open = false;
  for (let i = 0; i < ofEvent.length; i++) {
    const t = ofEvent[i]! - 1;
    if (t < 0 || committed[t] === 0) continue;
    const from = first === undefined ? t : first[t]!;
    const to = first === undefined ? t + 1 : first[t + 1]!;
    if (invocation[t] === i) {
      if (barrier >= 0) for (let v = from; v < to; v++) graph.edge(barrier, v, VIA);
      open = false;
    } else if (outcome[t] === OK) {
      if (!open) {
        const next = graph.wayPoint();
        if (barrier >= 0) graph.edge(barrier, next, VIA);
        barrier = next;
        open = true;
      }
      for (let v = from; v < to; v++) graph.edge(v, barrier, REALTIME);
    }
  }
}

/** The transaction of an event plus one, 0 where there is none. */
function transactionOfEvent({ count, invocation, completion }: TransactionRows, events: number): Int32Array {
  const of = new Int32Array(events);
  for (let t = 0; t < count; t++) {
    if (invocation[t]! >= 0) of[invocation[t]!] = t + 1;
    if (completion[t]! >= 0) of[completion[t]!] = t + 1;
  }
  return of;
}
