/**
 * The question whether registers behave as a model promises, in small numbers: transactions 0 … n-1 that took effect, what each
 * reads from whom, what each writes, and what the order of time demands. A part of a history asks an easier question.
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { Names } from '../findings/names.ts';
import type { ByKey } from '../transactions/by-key.ts';
import type { Transactions } from '../transactions/columns.ts';
import { committedWriters } from './known-dependencies.ts';
import { INITIAL, type Versions } from './versions.ts';

export interface LevelsMaterial {
  readonly transactions: Transactions;
  readonly byKey: ByKey;
  readonly versions: Versions;
  readonly names: Names;
}

export type TimeOrder = 'none' | 'process' | 'realtime';

export interface Read {
  readonly reader: number;
  /** The transaction it read from; -1 for the initial state. */
  readonly from: number;
}

export interface RegisterProblem {
  /** Numbers of the transactions in the history. */
  readonly transactions: readonly number[];
  /** Those that write a key, and the reads of it, key by key. */
  readonly keys: readonly { readonly writers: readonly number[]; readonly reads: readonly Read[] }[];
  /** What comes before what: pairs of numbers here. */
  readonly before: readonly (readonly [number, number])[];
}

/** The part of the history that consists of these transactions. Reads from others, and of values of several writers, are left out. */
export function registerProblem(all: Transactions, byKey: ByKey, versions: Versions, chosen: readonly number[], order: TimeOrder): RegisterProblem {
  const place = new Map(chosen.map((t, i) => [t, i]));
  const keys = new Set<number>();
  for (const t of chosen) for (let op = all.firstOp[t]!; op < all.firstOp[t + 1]!; op++) keys.add(all.key[op]!);
  return {
    transactions: chosen,
    keys: [...keys].map((k) => ({
      writers: committedWriters(all, byKey, versions, k).flatMap((t) => place.get(t) ?? []),
      reads: readsOf(all, byKey, versions, k).flatMap(([t, from]) => {
        const reader = place.get(t);
        const writer = from === -1 ? -1 : place.get(from);
        return reader === undefined || writer === undefined ? [] : [{ reader, from: writer }];
      }),
    })),
    before: orderOf(all, chosen, order),
  };
}

/** First reads of the key, as [reader, writer], -1 for nil. */
function readsOf(all: Transactions, byKey: ByKey, versions: Versions, k: number): [number, number][] {
  const reads: [number, number][] = [];
  for (let i = byKey.readStart[k]!; i < byKey.readStart[k + 1]!; i++) {
    const read = byKey.reads[i]!;
    if (all.previous[read] !== -1) continue;
    const writer = versions.writer[versions.of[read]!]!;
    if (writer === INITIAL) reads.push([all.owner[read]!, -1]);
    else if (writer >= 0 && all.outcome[all.owner[writer]!] !== FAIL && versions.final[writer] === 1) reads.push([all.owner[read]!, all.owner[writer]!]);
  }
  return reads;
}

function orderOf({ outcome, completion, invocation, process }: Transactions, chosen: readonly number[], order: TimeOrder): [number, number][] {
  if (order === 'none') return [];
  const pairs: [number, number][] = [];
  for (const [i, a] of chosen.entries()) {
    if (outcome[a] !== OK) continue;
    for (const [j, b] of chosen.entries()) {
      if (a !== b && completion[a]! < invocation[b]! && (order === 'realtime' || process[a] === process[b])) pairs.push([i, j]);
    }
  }
  return pairs;
}
