/** A sink that writes to disk and keeps columns in memory: disk first, so that memory never knows more than the evidence. */
import type { Event, HistorySink } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import type { HistoryBuilder } from './builder.ts';

/** Both must be at the same index. What the first sink refuses is not kept. */
export function createTeeSink(first: HistorySink, builder: HistoryBuilder): HistorySink {
  return {
    append(event: Omit<Event, 'index'>): number {
      const index = first.append(event);
      const kept = builder.append(event);
      if (kept !== index) throw new OrdealError('ORDEAL_INTERNAL', { what: `the history on disk is at event ${index}, the one in memory at ${kept}` });
      return index;
    },
    flush: () => first.flush(),
  };
}

/** A sink in memory only: for tests and benchmarks. */
export function createMemorySink(builder: HistoryBuilder): HistorySink {
  return { append: (event) => builder.append(event), flush: () => Promise.resolve() };
}
