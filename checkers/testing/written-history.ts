/** Histories written down by hand, for tests of checkers: one line an event, times counted up by a millisecond each. */
import type { Event, History, NodeId, Ns, OpError, OperationSpec, Process, Value } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { ms } from '../../harness/time/units.ts';

/** What a line may say besides who, what and the value. */
export interface WrittenExtras {
  readonly key?: string | number;
  readonly node?: string;
  /** Milliseconds; without it, a millisecond after the line before. */
  readonly at?: number;
  /** Milliseconds. */
  readonly scheduled?: number;
  readonly applied?: false;
  readonly error?: OpError;
}

export type WrittenEvent = readonly [process: Process, type: Event['type'], f: string, value: Value, extras?: WrittenExtras];

/** The history of these lines, in this order. */
export function writtenHistory(events: Iterable<WrittenEvent>, operations: readonly OperationSpec[] = []): History {
  const builder = new HistoryBuilder({ operations });
  let time: Ns = ms(0);
  for (const [process, type, f, value, extras = {}] of events) {
    const { key, node, at, scheduled, applied, error } = extras;
    time = at === undefined ? ((time + 1_000_000) as Ns) : ms(at);
    builder.append({
      process,
      type,
      f,
      value,
      time,
      ...(key === undefined ? {} : { key }),
      ...(node === undefined ? {} : { node: node as NodeId }),
      ...(scheduled === undefined ? {} : { scheduled: ms(scheduled) }),
      ...(applied === undefined ? {} : { applied }),
      ...(error === undefined ? {} : { error }),
    });
  }
  return builder.build();
}

/** An event of such a line at the `n`-th millisecond: for histories too long to be written down first. */
export function eventOf([process, type, f, value, { key, node, applied, error } = {}]: WrittenEvent, n: number): Omit<Event, 'index'> {
  return {
    process,
    type,
    f,
    value,
    time: ms(n),
    ...(key === undefined ? {} : { key }),
    ...(node === undefined ? {} : { node: node as NodeId }),
    ...(applied === undefined ? {} : { applied }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The mark that the lifecycle leaves where a phase begins. */
export function phase(name: string): WrittenEvent {
  return ['observer:lifecycle', 'info', 'phase', name];
}

/** An `inject` or a `heal` and its outcome. */
export function inject(f: 'inject' | 'heal', id: string, family: string, changes: readonly Value[], extras: WrittenExtras = {}): WrittenEvent[] {
  return [
    ['nemesis', 'invoke', f, { id, fault: family, options: {} }, extras],
    ['nemesis', 'info', f, { id, fault: family, family, changes: [...changes] }, extras],
  ];
}
