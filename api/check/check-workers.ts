/** Worker threads that run checks, each of them one check at a time and then the next: to load a checker costs more than most histories. */
import type { Worker } from 'node:worker_threads';
import type { Clock, Reason, Result } from '../../harness/contracts/index.ts';
import { entryUrl, startWorker } from '../../harness/entry/entry.ts';
import { ms, NS_PER_MS } from '../../harness/time/units.ts';
import type { CheckAnswer, CheckMessage, CheckRequest, CheckTask } from './check-worker.ts';

/** How long after its budget a worker may still answer before it is ended. */
const GRACE_MS = 5_000;

type OnProgress = (done: number, total: number) => void;

/** As many threads as checks, and parts of them, run at the same time; disposing ends them. One that does not answer, or fails, is ended and not used again. */
export class CheckWorkers implements Disposable {
  readonly #clock: Clock;
  readonly #idle: Worker[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never rejects: a worker that does not come back within the budget, or that ends, gives `unknown`. */
  async run(task: CheckTask, onProgress: OnProgress): Promise<Result> {
    const end = this.#now() + task.budgetMs;
    const answer = await this.#ask({ type: 'check', task }, onProgress);
    if (answer.type === 'apart') return this.#runApart(task, answer.parts, end, onProgress);
    return resultIn(answer, task);
  }

  /** Each part has the time that is left, and its share of the memory. */
  async #runApart(task: CheckTask, of: number, end: number, onProgress: OnProgress): Promise<Result> {
    const share = { ...task, budgetMs: Math.max(1, end - this.#now()), budgetBytes: Math.floor(task.budgetBytes / of) };
    const progress = Array.from({ length: of }, () => ({ done: 0, total: 0 }));
    const parts = progress.map((own, index) =>
      this.#ask({ type: 'part', task: share, part: { index, of } }, (done, total) => {
        Object.assign(own, { done, total });
        const sum = (figure: 'done' | 'total'): number => progress.reduce((all, each) => all + each[figure], 0);
        onProgress(sum('done'), sum('total'));
      }),
    );
    const findings: unknown[] = [];
    const lost: Reason[] = [];
    for (const answer of await Promise.all(parts)) {
      if (answer.type === 'findings') findings.push(answer.findings);
      else lost.push(...reasonsIn(resultIn(answer, task)));
    }
    const [reason, ...reasons] = lost;
    if (findings.length === 0 && reason) return { checker: task.check.name, stats: null, valid: 'unknown', reasons: [reason, ...reasons] };
    // What is found by now is told, however late it is.
    const answer = await this.#ask({ type: 'merge', task, findings, lost }, onProgress);
    return resultIn(answer, task);
  }

  #ask(request: CheckRequest, onProgress: OnProgress): Promise<CheckAnswer> {
    const worker = this.#idle.pop() ?? started();
    const { task } = request;
    return new Promise<CheckAnswer>((resolve) => {
      const listeners = {
        message: (message: CheckMessage): void => {
          if (message.type === 'progress') onProgress(message.done, message.total);
          else {
            this.#idle.push(worker);
            end(message);
          }
        },
        error: (error: Error): void => unknown({ code: 'checker-threw', message: `the check's worker ended: ${error.message}` }),
        exit: (): void => unknown({ code: 'checker-threw', message: "the check's worker ended without a result" }),
      };
      const end = (answer: CheckAnswer): void => {
        timer.cancel();
        worker.off('message', listeners.message).off('error', listeners.error).off('exit', listeners.exit);
        resolve(answer);
      };
      const unknown = (reason: Reason): void => {
        end({ type: 'result', result: { checker: task.check.name, stats: null, valid: 'unknown', reasons: [reason] } });
        void worker.terminate();
      };
      const timer = this.#clock.at(ms(this.#now() + task.budgetMs + GRACE_MS), () =>
        unknown({ code: 'budget-time', message: `the check did not end within ${task.budgetMs / 1000} s`, remedy: 'Give it a larger --budget.' }),
      );
      worker.on('message', listeners.message).on('error', listeners.error).on('exit', listeners.exit);
      worker.postMessage(request);
    });
  }

  #now(): number {
    return this.#clock.now() / NS_PER_MS;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#idle.splice(0)) void worker.terminate();
  }
}

function resultIn(answer: CheckAnswer, task: CheckTask): Result {
  if (answer.type === 'result') return answer.result;
  throw new Error(`the worker of "${task.check.name}" answered with ${answer.type}`);
}

function reasonsIn(result: Result): readonly Reason[] {
  return result.valid === 'unknown' ? result.reasons : [];
}

function started(): Worker {
  const worker = startWorker(entryUrl(import.meta.url, './check-worker'), {});
  // whoever waits for a check hears of an error; between checks, and once it is ended, nobody does
  return worker.on('error', () => undefined);
}
