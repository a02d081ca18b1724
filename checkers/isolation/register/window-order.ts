/**
 * An order of the transactions around a moment, behind those that were carried out before: what a polygraph finds where step by
 * step none was found. It looks some way ahead, so that what comes next has its place too; only the first half of it is meant to stay.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import type { CarriedOut } from './carried-out.ts';
import { solvePolygraph } from './polygraph.ts';
import { registerProblem } from './problem.ts';
import { INITIAL, type Versions } from './versions.ts';

/** More transactions are not put into one order. */
const MOST_TRANSACTIONS = 1500;
/** So many pairs of writers are guessed at most. */
const MOST_GUESSES = 2000;

export interface Window {
  readonly transactions: Transactions;
  readonly versions: Versions;
  readonly done: CarriedOut;
  /** The last event that it looks at. */
  readonly end: number;
}

/** In real time, of all that have to be carried out until its end, and of others that they need or that read what they write; undefined where none was found. Throws BudgetExhausted. */
export function orderWindow(window: Window, budget: Budget): readonly number[] | undefined {
  const { transactions, versions, done } = window;
  const chosen = chosenOf(window);
  if (chosen === undefined || chosen.length > MOST_TRANSACTIONS) return undefined;
  const isShown = (read: number): boolean => done.version(transactions.key[read]!) === versions.of[read];
  const solution = solvePolygraph(registerProblem(transactions, versions, chosen, 'realtime', isShown), 'serial', budget, MOST_GUESSES);
  return Array.isArray(solution) ? solution.map((i) => chosen[i]!) : undefined;
}

/** Undefined where one of them reads what is overwritten already. */
function chosenOf({ transactions, versions, done, end }: Window): number[] | undefined {
  const { count, invocation, completion, outcome, owner, key } = transactions;
  const chosen = new Set<number>();
  const others: number[] = [];
  for (let t = 0; t < count && invocation[t]! <= end; t++) {
    if (versions.committed[t] === 0 || done.has(t)) continue;
    if (outcome[t] === OK && completion[t]! <= end) chosen.add(t);
    else if (outcome[t] === OK) others.push(t);
  }
  for (const t of others) {
    const sources = firstReads(transactions, t).map((read) => versions.writer[versions.of[read]!]!);
    if (sources.some((writer) => writer >= 0 && (done.has(owner[writer]!) || chosen.has(owner[writer]!)))) chosen.add(t);
  }
  for (const t of chosen) {
    for (const read of firstReads(transactions, t)) {
      const writer = versions.writer[versions.of[read]!]!;
      if (writer >= 0 && done.has(owner[writer]!) && done.shown(key[read]!) !== writer) return undefined;
      if (writer === INITIAL && done.shown(key[read]!) >= 0) return undefined;
      if (writer >= 0 && versions.committed[owner[writer]!] === 1 && !done.has(owner[writer]!) && invocation[owner[writer]!]! <= end)
        chosen.add(owner[writer]!);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

function firstReads({ firstOp, kind, previous, outcome }: Transactions, t: number): number[] {
  const reads: number[] = [];
  if (outcome[t] !== OK) return reads;
  for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) if (kind[op] === READ && previous[op] === -1) reads.push(op);
  return reads;
}
