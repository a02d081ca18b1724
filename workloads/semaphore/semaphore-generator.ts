/**
 * What users of semaphores do: acquire one permit or two, then give them back, and so on. After so many operations all
 * semaphores are left for fresh ones: permits of processes whose outcome was unknown never come back.
 */
import type { Event, GenContext, Generator, Invocation, Step } from '../../harness/contracts/index.ts';
import { freeThread, GeneratorContext } from '../../harness/generator/context.ts';
import { onThread } from '../numbered/numbered-operations.ts';
import type { SemaphoreOperation } from '../operations/semaphore.ts';

export interface SemaphoreMix {
  /** Active semaphores at a time. */
  readonly semaphores: number;
  readonly opsPerKey: number;
}

/** Draws of `freeThread` come before these. */
const SLOT_DRAW = 8;
const PERMITS_DRAW = 9;

const PENDING: Step = { kind: 'pending' };

/** What a process holds: it is given back next. */
type Held = Pick<SemaphoreOperation, 'key' | 'value'>;

/** Endless. All state is the number of operations emitted, and what each process holds. */
export class SemaphoreGenerator implements Generator {
  readonly #mix: SemaphoreMix;
  readonly #emitted: number;
  readonly #held: ReadonlyMap<number, Held>;

  constructor(mix: SemaphoreMix, emitted = 0, held: ReadonlyMap<number, Held> = new Map()) {
    this.#mix = mix;
    this.#emitted = emitted;
    this.#held = held;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const thread = freeThread(own);
    if (thread === undefined) return PENDING;
    const held = this.#held.get(own.processOf(thread) as number);
    const operation: Invocation = held === undefined ? this.#acquire(own) : { f: 'release', ...held };
    return { kind: 'op', op: onThread(own, thread, operation), next: new SemaphoreGenerator(this.#mix, this.#emitted + 1, this.#held) };
  }

  update(_context: GenContext, { process, type, f, key, value, applied }: Event): Generator {
    if (typeof process !== 'number' || type === 'invoke') return this;
    const isAcquired = f === 'acquire' && type === 'ok' && applied !== false;
    // what failed for certain is held still, and given back again; who does not know is another process from then on
    const isGone = this.#held.has(process) && (type === 'info' || (f === 'release' && type === 'ok'));
    if (!isAcquired && !isGone) return this;
    const held = new Map(this.#held);
    if (isAcquired) held.set(process, { key: key as number, value: value as number });
    else held.delete(process);
    return new SemaphoreGenerator(this.#mix, this.#emitted, held);
  }

  #acquire(own: GeneratorContext): SemaphoreOperation {
    const { semaphores, opsPerKey } = this.#mix;
    const generation = Math.floor(this.#emitted / (semaphores * opsPerKey));
    return { f: 'acquire', key: generation * semaphores + own.draw(SLOT_DRAW, semaphores), value: 1 + own.draw(PERMITS_DRAW, 2) };
  }
}
