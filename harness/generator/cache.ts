/** Keeps an expensive offer, so that asking again before it is used costs nothing. */
import type { GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import type { GeneratorPath } from './path.ts';
import { Wrapper } from './scope.ts';

/**
 * Offers the same operation again for up to `duration`, while the process it was meant for stays free and no event
 * changes the child: a discarded offer costs one question.
 */
export function cache(duration: Ns, generator: Liftable): Generator {
  return new Cache(lift(generator), duration);
}

interface Offer {
  readonly path: GeneratorPath;
  readonly madeAt: Ns;
  readonly step: Step & { kind: 'op' };
}

class Cache extends Wrapper {
  readonly #duration: Ns;
  // A memo: the child would answer the same, or as well.
  #offer: Offer | undefined;

  constructor(inner: Generator, duration: Ns) {
    super(inner);
    this.#duration = duration;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    if (this.#offer !== undefined && this.#stillGood(this.#offer, own)) return this.#offer.step;
    const step = this.inner.op(own);
    if (step.kind !== 'op') return step;
    const offered = { kind: 'op', op: step.op, next: this.around(step.next) } as const;
    this.#offer = { path: own.path, madeAt: own.now, step: offered };
    return offered;
  }

  protected around(inner: Generator): Generator {
    return new Cache(inner, this.#duration);
  }

  #stillGood({ path, madeAt, step }: Offer, own: GeneratorContext): boolean {
    if (path !== own.path || own.now < madeAt || own.now - madeAt >= this.#duration) return false;
    const thread = own.run.threadOf(step.op.process);
    return thread !== undefined && own.isFree(thread) && own.processOf(thread) === step.op.process;
  }
}
