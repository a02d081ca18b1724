/** Writes events into the history and counts them: the one sequencer that everything passes through. */
import type { Event, HistorySink, Invocation, NodeId, Ns, OpError, Outcome, Process, Value } from '../contracts/index.ts';

/** The process of what clients see beside their answers, and of openings that failed. */
export const CLIENT_OBSERVER = 'observer:client';

type Recorded = { -readonly [K in keyof Event]: Event[K] };

export interface EventCounts {
  /** Operations of clients: invocations, and completions by type. */
  readonly invoked: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Operations of the nemesis. */
  readonly nemesis: number;
  readonly observed: number;
}

export class Recorder {
  readonly counts: { -readonly [K in keyof EventCounts]: EventCounts[K] } = { invoked: 0, ok: 0, fail: 0, info: 0, nemesis: 0, observed: 0 };
  readonly #sink: HistorySink;

  constructor(sink: HistorySink) {
    this.#sink = sink;
  }

  /** An invocation of a client. `scheduled` is its intended start. Throws what the sink throws. */
  invoke(op: Invocation, process: Process, time: Ns, scheduled: Ns, node: NodeId): Event {
    this.counts.invoked++;
    const event =
      op.key === undefined
        ? { type: 'invoke' as const, process, f: op.f, value: op.value, time, scheduled, node }
        : { type: 'invoke' as const, process, f: op.f, key: op.key, value: op.value, time, scheduled, node };
    return this.#append(event);
  }

  /** The one completion of an invocation of a client. */
  complete(op: Invocation, outcome: Outcome, process: Process, time: Ns, node: NodeId): Event {
    this.counts[outcome.type]++;
    const value = outcome.type === 'ok' ? outcome.value : op.value;
    const event: Omit<Recorded, 'index'> =
      op.key === undefined
        ? { type: outcome.type, process, f: op.f, value, time, node }
        : { type: outcome.type, process, f: op.f, key: op.key, value, time, node };
    if (outcome.type !== 'ok') event.error = outcome.error;
    else if (outcome.applied === false) event.applied = false;
    return this.#append(event);
  }

  nemesis(type: 'invoke' | 'info', f: string, value: Value, time: Ns, error?: OpError): Event {
    if (type === 'invoke') this.counts.nemesis++;
    return this.#append({ type, process: 'nemesis', f, value, time, ...(error === undefined ? {} : { error }) });
  }

  observe(f: string, value: Value, time: Ns, error?: OpError): Event {
    this.counts.observed++;
    return this.#append({ type: 'info', process: CLIENT_OBSERVER, f, value, time, ...(error === undefined ? {} : { error }) });
  }

  #append(event: Omit<Recorded, 'index'>): Event {
    const recorded = event as Recorded;
    recorded.index = this.#sink.append(event);
    return recorded;
  }
}
