/**
 * What a generator is asked with: the state of the run, the threads that it may use, its place in the tree.
 *
 * The runner (and `simulate`) keep one `RunView` and hand out a `GeneratorContext` per question. Combinators narrow it:
 * other threads (`withThreads`), another place (`at`). Contexts are valid during the call only.
 */
import type { GenContext, Ns, Process, Rng, Thread } from '../contracts/index.ts';
import { GeneratorPath, indexOfDraw } from './path.ts';

/** The run as generators see it. Its owner changes it between questions, never during one. */
export interface RunView {
  readonly now: Ns;
  /** The thread can take an operation at once. */
  isFree(thread: Thread): boolean;
  /** No operation of the thread is in flight; also true while its client is being opened again. */
  isIdle(thread: Thread): boolean;
  processOf(thread: Thread): Process;
  /** The thread that a process belongs, or belonged, to. */
  threadOf(process: Process): Thread | undefined;
}

export class GeneratorContext implements GenContext {
  readonly run: RunView;
  readonly threads: readonly Thread[];
  readonly path: GeneratorPath;
  /** How many operations were emitted at this path. */
  readonly emitted: number;
  #rng: Rng | undefined;

  constructor(run: RunView, threads: readonly Thread[], path: GeneratorPath, emitted: number) {
    this.run = run;
    this.threads = threads;
    this.path = path;
    this.emitted = emitted;
  }

  /** Takes any context, also one made by hand: without a path of its own, its rng is the root. */
  static from(context: GenContext): GeneratorContext {
    if (context instanceof GeneratorContext) return context;
    return new GeneratorContext(viewOf(context), context.threads, GeneratorPath.root(context.rng), 0);
  }

  get now(): Ns {
    return this.run.now;
  }

  get rng(): Rng {
    this.#rng ??= this.path.stream(this.emitted);
    return this.#rng;
  }

  isFree(thread: Thread): boolean {
    return this.run.isFree(thread);
  }

  processOf(thread: Thread): Process {
    return this.run.processOf(thread);
  }

  /** The `nth` draw of this place for its next operation, below `count`. */
  draw(nth: number, count: number): number {
    return indexOfDraw(this.path.draw(this.emitted, nth), count);
  }

  at(path: GeneratorPath, emitted: number): GeneratorContext {
    return new GeneratorContext(this.run, this.threads, path, emitted);
  }

  withThreads(threads: readonly Thread[]): GeneratorContext {
    return new GeneratorContext(this.run, threads, this.path, this.emitted);
  }
}

/** How often `freeThread` draws before it counts the free threads. */
const ATTEMPTS = 4;

/** A free thread, uniformly at random; undefined if all are busy. */
export function freeThread(context: GeneratorContext): Thread | undefined {
  const { threads } = context;
  const count = threads.length;
  if (count < 2) return count === 1 && context.isFree(threads[0] as Thread) ? threads[0] : undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const thread = threads[context.draw(attempt, count)] as Thread;
    if (context.isFree(thread)) return thread;
  }
  let free = 0;
  for (let i = 0; i < count; i++) if (context.isFree(threads[i] as Thread)) free++;
  if (free === 0) return undefined;
  let skip = context.draw(ATTEMPTS, free);
  for (let i = 0; i < count; i++) {
    const thread = threads[i] as Thread;
    if (context.isFree(thread) && skip-- === 0) return thread;
  }
  return undefined;
}

/** True when some thread of the context can take an operation. */
export function anyFree(context: GenContext): boolean {
  const { threads } = context;
  for (let i = 0; i < threads.length; i++) if (context.isFree(threads[i] as Thread)) return true;
  return false;
}

function viewOf(context: GenContext): RunView {
  return {
    now: context.now,
    isFree: (thread) => context.isFree(thread),
    isIdle: (thread) => context.isFree(thread),
    processOf: (thread) => context.processOf(thread),
    threadOf: (process) => context.threads.find((thread) => context.processOf(thread) === process),
  };
}
