/**
 * The worker thread of checks, one at a time: imports the checker that it is told by reference, runs it over the shared
 * columns, and has every anomaly re-checked by the independent verifier of its certificate before anybody hears of it.
 */
import { parentPort } from 'node:worker_threads';
import { createBudget } from '../../checkers/budget/budget.ts';
import { withVerifiedCertificates } from '../../checkers/certificates/confirm.ts';
import { checkSafely } from '../../checkers/verdict/safe.ts';
import type { Budget, Checker, History, ModuleRef, Part, Reason, Result } from '../../harness/contracts/index.ts';
import { importModule } from '../../harness/entry/entry-points.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { type HistoryMessage, historyFromMessage } from '../../harness/history/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';

export interface CheckTask {
  readonly history: HistoryMessage;
  readonly check: ModuleRef;
  readonly budgetMs: number;
  readonly budgetBytes: number;
  /** Into so many parts it may be taken apart. */
  readonly threads: number;
}

/** What a worker is asked: a check, which it may take apart, one part of it, or what the parts come to. */
export type CheckRequest =
  | { readonly type: 'check'; readonly task: CheckTask }
  | { readonly type: 'part'; readonly task: CheckTask; readonly part: Part }
  | { readonly type: 'merge'; readonly task: CheckTask; readonly findings: readonly unknown[]; readonly lost: readonly Reason[] };

/** `apart`: the check is worth so many parts. */
export type CheckAnswer =
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'apart'; readonly parts: number }
  | { readonly type: 'findings'; readonly findings: unknown };

export type CheckMessage = { readonly type: 'progress'; readonly done: number; readonly total: number } | CheckAnswer;

const send = (message: CheckMessage): void => parentPort?.postMessage(message);

async function answer(request: CheckRequest): Promise<CheckAnswer> {
  const { task } = request;
  const history = historyFromMessage(task.history);
  const { url, name, options } = task.check;
  const module = await importModule(url);
  const checker = module[name] as Checker | undefined;
  if (typeof checker?.check !== 'function') throw new Error(`${url} exports no checker named "${name}"`);
  const judged = (each: Checker): CheckAnswer => ({
    type: 'result',
    result: withVerifiedCertificates(history, checkSafely(each, history, options, budgetOf(task))),
  });
  const { parts } = checker;
  if (parts === undefined) return judged(checker);
  if (request.type === 'merge') {
    return judged({ ...checker, check: (_, parsed) => parts.merge(history, parsed, request.findings, request.lost) });
  }
  if (request.type === 'part') {
    return { type: 'findings', findings: parts.find(history, checker.options.parse(options ?? {}), request.part, budgetOf(task)) };
  }
  const most = task.threads > 1 ? partsThatPay(checker, history, options) : 1;
  return most > 1 ? { type: 'apart', parts: Math.min(most, task.threads) } : judged(checker);
}

/** Bad options, and whatever is thrown, are for the check to tell. */
function partsThatPay({ parts, options: schema }: Checker, history: History, options: unknown): number {
  try {
    return parts?.most(history, schema.parse(options ?? {})) ?? 1;
  } catch {
    return 1;
  }
}

function budgetOf(task: CheckTask): Budget {
  return createBudget({
    clock: createRealClock(),
    timeMs: task.budgetMs,
    memoryBytes: task.budgetBytes,
    onProgress: (done, total) => send({ type: 'progress', done, total }),
  });
}

parentPort?.on('message', (request: CheckRequest) => {
  answer(request).then(send, (error: unknown) => {
    const threw: Reason = { code: 'checker-threw', message: messageOf(error) };
    send({ type: 'result', result: { checker: request.task.check.name, stats: null, valid: 'unknown', reasons: [threw] } });
  });
});
