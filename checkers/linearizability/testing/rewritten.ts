/** Histories made from others, event by event: for mutations and metamorphic laws. */
import type { Event, History } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';

/** The history with each event changed, or (undefined) left out. */
export function rewritten(history: History, change: (event: Event) => Omit<Event, 'index'> | undefined): History {
  const builder = new HistoryBuilder({ capacity: history.length });
  for (let i = 0; i < history.length; i++) {
    const event = change(history.event(i));
    if (event) builder.append(event);
  }
  return builder.build();
}
