/** Some threads watch all the time, the others write. A new process of a watcher begins behind what the one before it had seen. */
import type { Event, GenContext, Generator, Process, Step, Thread, Value } from '../../harness/contracts/index.ts';
import { freeThread, GeneratorContext } from '../../harness/generator/context.ts';
import { onThread } from '../numbered/numbered-operations.ts';
import type { WatchOperation } from '../operations/watch.ts';

interface Watcher {
  /** The process that has a stream. */
  readonly process: Process;
  /** The greatest revision that this thread has seen. */
  readonly seen: number;
}

export interface WatchMix {
  readonly keys: number;
  /** The first so many threads. */
  readonly watchers: number;
}

/** Draws of `freeThread` come before this one. */
const KEY_DRAW = 8;

const PENDING: Step = { kind: 'pending' };

/** Endless. All state is the number of operations emitted, which makes values unique, and how far each watcher has come. */
export class WatchGenerator implements Generator {
  readonly #mix: WatchMix;
  readonly #emitted: number;
  readonly #watchers: ReadonlyMap<Thread, Watcher>;

  constructor(mix: WatchMix, emitted = 0, watchers: ReadonlyMap<Thread, Watcher> = new Map()) {
    this.#mix = mix;
    this.#emitted = emitted;
    this.#watchers = watchers;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const thread = freeThread(own);
    if (thread === undefined) return PENDING;
    const operation = this.#watches(thread) ? this.#watch(own, thread) : this.#put(own);
    return { kind: 'op', op: onThread(own, thread, operation), next: new WatchGenerator(this.#mix, this.#emitted + 1, this.#watchers) };
  }

  update(context: GenContext, { f, type, process, value }: Event): Generator {
    const thread = GeneratorContext.from(context).run.threadOf(process);
    if (f !== 'watch' || thread === undefined) return this;
    const known = this.#watchers.get(thread);
    const seen = type === 'ok' ? lastIn(value, known?.seen ?? 0) : (known?.seen ?? 0);
    if (known?.process === process && known.seen === seen) return this;
    return new WatchGenerator(this.#mix, this.#emitted, new Map(this.#watchers).set(thread, { process, seen }));
  }

  #watches(thread: Thread): boolean {
    return typeof thread === 'number' && thread < this.#mix.watchers;
  }

  #watch(own: GeneratorContext, thread: Thread): WatchOperation {
    const known = this.#watchers.get(thread);
    return { f: 'watch', value: known?.process === own.processOf(thread) ? {} : { from: known?.seen ?? 0 } };
  }

  #put(own: GeneratorContext): WatchOperation {
    return { f: 'put', key: own.draw(KEY_DRAW, this.#mix.keys), value: this.#emitted };
  }
}

function lastIn(value: Value, before: number): number {
  const { events } = (value ?? {}) as { readonly events?: readonly (readonly [number, ...Value[]])[] };
  return (events ?? []).reduce((greatest, [revision]) => Math.max(greatest, revision), before);
}
