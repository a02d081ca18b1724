/** Generators count time from the start of their workload; the run's clock started earlier, when its host opened. */
import type { Event, GenContext, Generator, Ns, Process, Step, Thread } from '../contracts/index.ts';
import { GeneratorContext, type RunView } from './context.ts';

/** `generator` with its time 0 at `start` of the run's clock. */
export function fromStart(start: Ns, generator: Generator): Generator {
  return start === 0 ? generator : new FromStart(start, generator, undefined);
}

class FromStart implements Generator {
  readonly #start: Ns;
  readonly #inner: Generator;
  // A memo: the runner keeps one view for the whole run.
  #view: ShiftedView | undefined;

  constructor(start: Ns, inner: Generator, view: ShiftedView | undefined) {
    this.#start = start;
    this.#inner = inner;
    this.#view = view;
  }

  op(context: GenContext): Step {
    const step = this.#inner.op(this.#shifted(context));
    if (step.kind === 'op') {
      const op = { ...step.op, time: (step.op.time + this.#start) as Ns };
      return { kind: 'op', op, next: new FromStart(this.#start, step.next, this.#view) };
    }
    if (step.kind === 'pending' && step.wakeAt !== undefined) return { kind: 'pending', wakeAt: (step.wakeAt + this.#start) as Ns };
    return step;
  }

  update(context: GenContext, event: Event): Generator {
    const inner = this.#inner.update(this.#shifted(context), event);
    return inner === this.#inner ? this : new FromStart(this.#start, inner, this.#view);
  }

  #shifted(context: GenContext): GeneratorContext {
    const own = GeneratorContext.from(context);
    if (this.#view?.run !== own.run) this.#view = new ShiftedView(own.run, this.#start);
    return new GeneratorContext(this.#view, own.threads, own.path, own.emitted);
  }
}

class ShiftedView implements RunView {
  readonly run: RunView;
  readonly #start: Ns;

  constructor(run: RunView, start: Ns) {
    this.run = run;
    this.#start = start;
  }

  get now(): Ns {
    return (this.run.now - this.#start) as Ns;
  }

  isFree(thread: Thread): boolean {
    return this.run.isFree(thread);
  }

  isIdle(thread: Thread): boolean {
    return this.run.isIdle(thread);
  }

  processOf(thread: Thread): Process {
    return this.run.processOf(thread);
  }

  threadOf(process: Process): Thread | undefined {
    return this.run.threadOf(process);
  }
}
