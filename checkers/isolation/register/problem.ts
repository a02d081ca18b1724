/**
 * The question whether registers behave as a model promises, in small numbers: transactions 0 … n-1 that took effect, what each
 * reads from whom, what each writes, and what the order of time demands. A part of a history asks an easier question.
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { Names } from '../findings/names.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import type { Guess } from './guess.ts';
import { INITIAL, type Versions } from './versions.ts';

export interface LevelsMaterial {
  readonly transactions: Transactions;
  readonly byKey: ByKey;
  readonly versions: Versions;
  readonly names: Names;
  readonly guess: Guess;
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
  /** What comes before what: pairs of numbers here, of which others follow. */
  readonly before: readonly (readonly [number, number])[];
}

/**
 * The part of the history that consists of these transactions. Reads from others, and of values of several writers, are left out.
 * `isInitial`: which reads return what was there before, by default those of nil. O(their micro-operations).
 */
export function registerProblem(
  all: Transactions,
  versions: Versions,
  chosen: readonly number[],
  order: TimeOrder,
  isInitial: (read: number) => boolean = (read) => versions.writer[versions.of[read]!] === INITIAL,
): RegisterProblem {
  const place = new Map(chosen.map((t, i) => [t, i]));
  const keys = new Map<number, { readonly writers: number[]; readonly reads: Read[] }>();
  for (const [i, t] of chosen.entries()) {
    for (let op = all.firstOp[t]!; op < all.firstOp[t + 1]!; op++) {
      let key = keys.get(all.key[op]!);
      if (key === undefined) {
        key = { writers: [], reads: [] };
        keys.set(all.key[op]!, key);
      }
      if (all.kind[op] !== READ) {
        if (versions.committed[t] === 1 && versions.final[op] === 1) key.writers.push(i);
      } else if (all.outcome[t] === OK && all.previous[op] === -1) {
        const from = isInitial(op) ? -1 : writerOf(all, versions, op, place);
        if (from !== undefined) key.reads.push({ reader: i, from });
      }
    }
  }
  return { transactions: chosen, keys: [...keys.values()], before: orderOf(all, chosen, order) };
}

/** Who wrote what an operation read; undefined where it is not one of these, or not certain. */
function writerOf(all: Transactions, versions: Versions, read: number, place: ReadonlyMap<number, number>): number | undefined {
  const writer = versions.writer[versions.of[read]!]!;
  if (writer < 0 || versions.final[writer] === 0 || all.outcome[all.owner[writer]!] === FAIL) return undefined;
  return place.get(all.owner[writer]!);
}

function orderOf(all: Transactions, chosen: readonly number[], order: TimeOrder): [number, number][] {
  const everything = chosen.map((_, i) => i);
  if (order === 'none') return [];
  if (order === 'realtime') return intervalOrder(all, chosen, everything);
  return [...Map.groupBy(everything, (i) => all.process[chosen[i]!]!).values()].flatMap((session) => intervalOrder(all, chosen, session));
}

/** Pairs from which all others follow: between the two of none of them lies a whole transaction. O(n log n) and the pairs. */
function intervalOrder({ outcome, completion, invocation }: Transactions, chosen: readonly number[], part: readonly number[]): [number, number][] {
  const ended = part.filter((i) => outcome[chosen[i]!] === OK).sort((a, b) => completion[chosen[a]!]! - completion[chosen[b]!]!);
  const begun = [...part].sort((a, b) => invocation[chosen[a]!]! - invocation[chosen[b]!]!);
  const pairs: [number, number][] = [];
  let from = 0;
  let to = 0;
  let latest = -1;
  for (const b of begun) {
    const start = invocation[chosen[b]!]!;
    for (; to < ended.length && completion[chosen[ended[to]!]!]! < start; to++) latest = Math.max(latest, invocation[chosen[ended[to]!]!]!);
    while (from < to && completion[chosen[ended[from]!]!]! < latest) from++;
    for (let i = from; i < to; i++) pairs.push([ended[i]!, b]);
  }
  return pairs;
}
