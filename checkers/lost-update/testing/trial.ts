/** What `lost-update` means, spelled out pair by pair, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, LawTrial } from '../../testing/law-trial.ts';
import { type PlantedOperation, plant } from '../../testing/plant.ts';
import { randomSessions } from '../../testing/random-sessions.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { lostUpdate } from '../lost-update.ts';

/** Every anomaly; quadratic. */
function naive(history: History): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const asked = ({ index }: Event) => events[history.columns.pair[index]!]!;
  const from = (ack: Event) => (asked(ack).value as { from: number }).from;
  const to = (ack: Event) => (asked(ack).value as { to?: number }).to ?? from(ack) + 1;
  const good = events.filter(({ type, applied }) => type === 'ok' && applied !== false);
  const updates = good.filter(({ f }) => f === 'update');
  return good.flatMap((event) => {
    const before = updates.filter(({ key, index }) => key === event.key && index < event.index);
    if (event.f === 'read') {
      const version = typeof event.value === 'number' ? event.value : (event.value as { version: number }).version;
      return before.some((ack) => ack.index < asked(event).index && to(ack) > version) ? [`missing-update ${event.index}`] : [];
    }
    if (before.some((ack) => from(ack) === from(event))) return [`lost-update ${event.index}`];
    return before.some((ack) => to(ack) === to(event)) ? [`version-twice ${event.index}`] : [];
  });
}

function random(below: Below): WrittenEvent[] {
  const now = [0, 0];
  const ask = (): readonly [string, Value, { key: number }] => {
    const key = below(2);
    if (below(3) === 0) return ['read', null, { key }];
    const from = Math.max(0, now[key]! - (below(5) === 0 ? below(3) : 0));
    return ['update', below(4) === 0 ? { from, to: from + 1 + below(2) } : { from }, { key }];
  };
  return randomSessions(below, 3, 4 + below(20), ask, ([f, value, extras]) => {
    const key = extras!.key as number;
    const { from, to } = (value ?? {}) as { from?: number; to?: number };
    if (f === 'update') now[key] = Math.max(now[key]!, to ?? from! + 1);
    if (f === 'update') return null;
    const version = Math.max(0, now[key]! - (below(6) === 0 ? below(3) : 0));
    return below(2) === 0 ? version : { version };
  });
}

/** Two want to change each version; one is refused. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n += 3) {
    const turn = n / 3;
    const key = turn % 5;
    const from = Math.floor(turn / 5);
    yield [0, 'invoke', 'update', { from }, { key }];
    yield [1, 'invoke', 'update', { from }, { key }];
    yield [2, 'invoke', 'read', null, { key }];
    yield [0, 'ok', 'update', null, { key }];
    yield [2, 'ok', 'read', from, { key }];
    yield [1, 'ok', 'update', null, { key, applied: false }];
  }
}

/** Operations on a register of its own; those of the history may be in flight. */
function put(key: string, ...operations: readonly (readonly [f: string, asked: Value, answered: Value])[]) {
  return (events: WrittenEvent[], at: number): void => {
    const lines = operations.map(([f, asked, answered], i): PlantedOperation => [7_000_000 + i, f, asked, answered, { key }]);
    plant(events, at, lines);
  };
}

export const lostUpdateTrial: LawTrial = {
  checker: lostUpdate as Checker,
  options: [{}],
  random,
  naive,
  good,
  goodOptions: {},
  injections: {
    'lost-update': put('a', ['update', { from: 4 }, null], ['update', { from: 4, to: 6 }, null]),
    'version-twice': put('b', ['update', { from: 4, to: 6 }, null], ['update', { from: 5, to: 6 }, null]),
    'missing-update': put('c', ['update', { from: 4 }, null], ['read', null, { version: 4 }]),
  },
};
