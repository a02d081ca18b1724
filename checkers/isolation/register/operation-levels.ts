/**
 * Sequential consistency and linearizability of registers, of single operations instead of transactions: proved by an order of
 * all of them that explains every read, which a polygraph finds. Where there is none, or none was found, the questions stay open.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { BudgetExhausted } from '../../verdict/exhausted.ts';
import type { ModelName } from '../models/models.ts';
import { READ } from '../transactions/columns.ts';
import { asTransactions } from '../weak/operation-order.ts';
import { writerOf } from './fitting-views.ts';
import { solvePolygraph } from './polygraph.ts';
import { type LevelsMaterial, type Read, type RegisterProblem, registerProblem, type TimeOrder } from './problem.ts';
import { replays } from './replay.ts';

/** More operations are not put into one polygraph. */
const MOST_OPERATIONS = 1000;

/** Those of the two models that hold for certain. */
export function proveOperationLevels(material: LevelsMaterial, budget: Budget): ReadonlySet<ModelName> {
  const operations = operationsOf(material);
  const proved = new Set<ModelName>();
  if (operations === undefined) return proved;
  try {
    for (const [model, order] of [['linearizable', 'realtime'] as const, ['sequential', 'process'] as const]) {
      if (proved.size === 0 && !hasOrder(material, operations, order, budget)) continue;
      proved.add(model);
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
  return proved;
}

/** All that took effect or is known; undefined where there are too many, or it is not known what one of them read. */
function operationsOf({ transactions, versions }: LevelsMaterial): number[] | undefined {
  const { opCount, kind, owner, outcome } = transactions;
  const operations: number[] = [];
  for (let op = 0; op < opCount && operations.length <= MOST_OPERATIONS; op++) {
    if (versions.committed[owner[op]!] === 0 || (kind[op] === READ && outcome[owner[op]!] !== OK)) continue;
    if (kind[op] === READ && writerOf(transactions, versions, op) === -2) return undefined;
    operations.push(op);
  }
  return operations.length > MOST_OPERATIONS ? undefined : operations;
}

function hasOrder(material: LevelsMaterial, operations: readonly number[], order: TimeOrder, budget: Budget): boolean {
  const solution = solvePolygraph(operationProblem(material, operations, order), 'serial', budget);
  return Array.isArray(solution) && replays(asTransactions(material.transactions), operations, solution, 'serial');
}

function operationProblem({ transactions, versions }: LevelsMaterial, operations: readonly number[], order: TimeOrder): RegisterProblem {
  const { owner, key, kind } = transactions;
  const place = new Map(operations.map((op, i) => [op, i]));
  const before: [number, number][] = [];
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [i, op] of operations.entries()) {
    const previous = last.get(owner[op]!);
    if (previous === undefined) first.set(owner[op]!, i);
    else before.push([previous, i]);
    last.set(owner[op]!, i);
  }
  const chosen = [...first.keys()];
  for (const [a, b] of registerProblem(transactions, versions, chosen, order).before) before.push([last.get(chosen[a]!)!, first.get(chosen[b]!)!]);
  const keys = [...Map.groupBy(operations, (op) => key[op]!).values()].map((some) => ({
    writers: some.filter((op) => kind[op] !== READ).map((op) => place.get(op)!),
    reads: some
      .filter((op) => kind[op] === READ)
      .map((op): Read => {
        const writer = writerOf(transactions, versions, op);
        return { reader: place.get(op)!, from: writer < 0 ? -1 : place.get(writer)! };
      }),
  }));
  return { transactions: operations, keys, before };
}
