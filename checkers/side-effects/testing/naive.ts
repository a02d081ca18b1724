/** What `side-effects` means, spelled out intent by intent, and random histories to compare on. */
import type { Event, History } from '../../../harness/contracts/index.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';

export type Guarantee = 'exactly-once' | 'at-most-once' | 'at-least-once';

/** Every anomaly as `type key`, in order of their names; quadratic. */
export function naiveAnomalies(history: History, guarantee: Guarantee): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const found: string[] = [];
  const isEffect = (event: Event) => event.process === 'observer:ledger' && event.f === 'effect';
  const stating = (key: Event['key']) => events.filter((e) => typeof e.process === 'number' && e.type === 'invoke' && e.f === 'request' && e.key === key);
  for (const effect of events.filter(isEffect)) if (!stating(effect.key).some((e) => e.index < effect.index)) found.push(`effect-without-intent ${effect.key}`);
  const keys = new Set(events.filter((e) => e.f === 'request' && e.type === 'invoke' && e.key !== undefined).map((e) => e.key));
  for (const key of keys) {
    const stated = stating(key);
    if (stated.length !== 1) continue;
    const asked = stated[0]!;
    const effects = events.filter((e) => isEffect(e) && e.key === key && e.index > asked.index).length;
    const end = events.find((e) => e.process === asked.process && e.index > asked.index && e.type !== 'invoke' && e.f === 'request');
    const completeAt = events.findLastIndex((e) => e.process === 'observer:ledger' && e.f === 'complete');
    const lastAsked = events.findLastIndex((e) => e.f === 'request' && e.type === 'invoke');
    const acknowledged = end?.type === 'ok' && end.applied !== false;
    const refused = end?.type === 'fail' || (end?.type === 'ok' && end.applied === false);
    if (effects > 1 && guarantee !== 'at-least-once') found.push(`duplicate-effect ${key}`);
    const early = events.some((e) => isEffect(e) && e.key === key && e.index < asked.index);
    if (acknowledged && effects === 0 && !early && guarantee !== 'at-most-once' && completeAt > lastAsked) found.push(`lost-effect ${key}`);
    if (refused && effects > 0) found.push(`failed-but-visible ${key}`);
  }
  return found.sort();
}

/** A history of up to `most` steps, of which `below` decides everything: right ones and wrong ones of every kind. */
export function randomEvents(below: (limit: number) => number, most: number): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  const open = new Map<number, number>();
  let next = 0;
  let process = 0;
  const key = () => below(Math.max(1, next + 1));
  for (let step = below(most) + 1; step > 0; step--) {
    const kind = below(8);
    if (kind < 3) {
      const tag = below(12) === 0 ? key() : next++;
      open.set(process, tag);
      events.push([process++, 'invoke', 'request', { amount: below(3) }, { key: tag }]);
    } else if (kind < 5 && open.size > 0) {
      const [who, tag] = [...open][below(open.size)]!;
      open.delete(who);
      const outcome = below(6);
      if (outcome < 3) events.push([who, 'ok', 'request', null, { key: tag }]);
      else if (outcome === 3) events.push([who, 'ok', 'request', null, { key: tag, applied: false }]);
      else if (outcome === 4) events.push([who, 'fail', 'request', null, { key: tag, error: { code: 'declined', message: 'no' } }]);
      else events.push([who, 'info', 'request', null, { key: tag }]);
    } else {
      const tag = key();
      events.push(['observer:ledger', 'info', 'arrival', {}, { key: tag }]);
      if (below(4) > 0) events.push(['observer:ledger', 'info', 'effect', {}, { key: tag }]);
    }
  }
  if (below(5) > 0) events.push(['observer:ledger', 'info', 'complete', 'plain']);
  return events;
}
