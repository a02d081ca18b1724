/**
 * Subsets of a context's threads. The lists are computed once per list they come from (contexts hand out the same list
 * again and again), so that narrowing a context costs nothing per operation.
 */
import type { Thread } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';

/** The threads of which a predicate holds. */
export class ThreadFilter {
  readonly #predicate: (thread: Thread) => boolean;
  #from: readonly Thread[] | undefined;
  #selected: readonly Thread[] = [];

  constructor(predicate: (thread: Thread) => boolean) {
    this.#predicate = predicate;
  }

  of(threads: readonly Thread[]): readonly Thread[] {
    if (this.#from !== threads) {
      this.#selected = threads.filter(this.#predicate);
      this.#from = threads;
    }
    return this.#selected;
  }
}

interface Partition {
  readonly ranges: readonly (readonly Thread[])[];
  readonly rangeOf: ReadonlyMap<Thread, number>;
}

/**
 * Consecutive ranges. With counts: so many client threads each, and one more range for the rest, the nemesis included
 * (throws ORDEAL_BAD_GENERATOR when there are not so many).
 * `each`: every thread alone. A number: client threads in groups of that size (the last may be smaller), no nemesis.
 */
export class ThreadRanges {
  readonly #shape: readonly number[] | 'each' | number;
  // Several runs may share one generator, and a generator several lists.
  readonly #partitions = new WeakMap<readonly Thread[], Partition>();
  #from: readonly Thread[] | undefined;
  #partition: Partition | undefined;

  constructor(shape: readonly number[] | 'each' | number) {
    this.#shape = shape;
  }

  of(threads: readonly Thread[]): readonly (readonly Thread[])[] {
    return this.#of(threads).ranges;
  }

  rangeOf(threads: readonly Thread[], thread: Thread): number | undefined {
    return this.#of(threads).rangeOf.get(thread);
  }

  #of(threads: readonly Thread[]): Partition {
    if (this.#from !== threads || this.#partition === undefined) {
      this.#partition = this.#partitions.get(threads) ?? this.#split(threads);
      this.#partitions.set(threads, this.#partition);
      this.#from = threads;
    }
    return this.#partition;
  }

  #split(threads: readonly Thread[]): Partition {
    const ranges = rangesOf(threads, this.#shape);
    const rangeOf = new Map<Thread, number>();
    for (const [index, range] of ranges.entries()) for (const thread of range) rangeOf.set(thread, index);
    return { ranges, rangeOf };
  }
}

function rangesOf(threads: readonly Thread[], shape: readonly number[] | 'each' | number): readonly (readonly Thread[])[] {
  if (shape === 'each') return threads.map((thread) => [thread]);
  const clientThreads = threads.filter((thread) => thread !== 'nemesis');
  const ranges: Thread[][] = [];
  if (typeof shape === 'number') {
    for (let at = 0; at < clientThreads.length; at += shape) ranges.push(clientThreads.slice(at, at + shape));
    return ranges;
  }
  const reserved = shape.reduce((sum, count) => sum + count, 0);
  if (reserved > clientThreads.length) {
    throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `${reserved} client threads are reserved, there are ${clientThreads.length}`, where: 'reserve' });
  }
  let at = 0;
  for (const count of shape) {
    ranges.push(clientThreads.slice(at, at + count));
    at += count;
  }
  ranges.push([...clientThreads.slice(at), ...threads.filter((thread) => thread === 'nemesis')]);
  return ranges;
}
