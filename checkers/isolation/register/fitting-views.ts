/**
 * Processes of which one order of all transactions explains what they read: it is a view of theirs, operation by operation, and
 * nothing needs to be derived for them. O(micro-operations).
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import { INITIAL, type Versions } from './versions.ts';

export interface FittingViews {
  /** Processes with a read that the order does not explain; all of them where it does not even keep the order of processes. */
  readonly misled: ReadonlySet<number>;
  /** Whether everything comes behind what it read from, so that the order is a causal one. */
  readonly isCausal: boolean;
}

/** `order`: all transactions that took effect. */
export function findFittingViews(transactions: Transactions, versions: Versions, order: Int32Array): FittingViews {
  const { kind, key, owner, process, firstOp, outcome, keyCount } = transactions;
  const shown = new Int32Array(keyCount).fill(-1);
  const misled = new Set<number>();
  let isCausal = true;
  const place = new Int32Array(transactions.count).fill(-1);
  for (const [i, t] of order.entries()) {
    place[t] = i;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] !== READ) shown[key[op]!] = op;
      else if (outcome[t] === OK) {
        const writer = writerOf(transactions, versions, op);
        if (writer === -2 || shown[key[op]!] === writer) continue;
        misled.add(process[t]!);
        if (writer >= 0 && (owner[writer] === t || place[owner[writer]!]! < 0)) isCausal = false;
      }
    }
  }
  return keepsProcesses(transactions, versions.committed, place) ? { misled, isCausal } : { misled: new Set(process), isCausal: false };
}

/** The write that a read returned; -1 for nil, -2 where that is not known or it failed. */
export function writerOf(transactions: Transactions, versions: Versions, read: number): number {
  const writer = versions.writer[versions.of[read]!]!;
  if (writer === INITIAL) return -1;
  return writer >= 0 && transactions.outcome[transactions.owner[writer]!] !== FAIL ? writer : -2;
}

function keepsProcesses({ count, process, outcome }: Transactions, committed: Uint8Array, place: Int32Array): boolean {
  const last = new Map<number, number>();
  for (let t = 0; t < count; t++) {
    if (committed[t] === 0) continue;
    if (place[t]! < (last.get(process[t]!) ?? 0)) return false;
    if (outcome[t] === OK) last.set(process[t]!, place[t]!);
  }
  return true;
}
