/** What `capacity` means, spelled out moment by moment, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { capacity } from '../capacity.ts';

/** Every anomaly; cubic. */
function naive(history: History, options: LawOptions): string[] {
  const limit = (options['capacity'] ?? 1) as number;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const endOf = ({ index }: Event) => (history.columns.pair[index]! < 0 ? undefined : events[history.columns.pair[index]!]);
  const possible = events.filter((event) => event.type === 'invoke' && endOf(event)?.type !== 'fail' && endOf(event)?.applied !== false);
  const idOf = ({ value }: Event) => (typeof value === 'object' ? (value as { id: Value }).id : value);
  const amountOf = ({ value }: Event) => (typeof value === 'object' ? (value as { amount: number }).amount : 1);
  const same = (a: Event, b: Event) => a.key === b.key && idOf(a) === idOf(b);
  const reserved = possible.filter((event) => event.f === 'reserve');
  const once = reserved.filter((event) => reserved.find((other) => same(other, event)) === event);
  const found: string[] = [];
  for (const [i, event] of events.entries()) {
    if (event.type !== 'ok' || event.applied === false) continue;
    const asked = events[history.columns.pair[i]!]!;
    if (event.f === 'release' && !reserved.some((other) => other.index < i && same(other, asked))) found.push(`release-of-nothing ${i}`);
    if (event.f !== 'reserve' || !once.includes(asked)) continue;
    const given = (other: Event) => possible.some((release) => release.f === 'release' && release.index < i && same(release, other));
    const holders = once.filter((other) => other.key === asked.key && endOf(other)?.type === 'ok' && endOf(other)!.index <= i && !given(other));
    if (holders.includes(asked) && holders.reduce((sum, other) => sum + amountOf(other), 0) > limit) found.push(`oversold ${i}`);
  }
  return found;
}

const LIMIT = 5;

/** Twenty wait at every resource for five places; each gives back what it got before the next comes. */
function* good(operations: number): Iterable<WrittenEvent> {
  const held: { process: number; id: number }[] = [];
  for (let n = 0; n < operations; n++) {
    const key = 7;
    if (n % 2 === 1 && held.length > 3) {
      const { process, id } = held.shift()!;
      yield [process, 'invoke', 'release', id, { key }];
      yield [process, 'ok', 'release', id, { key }];
      continue;
    }
    const refused = held.length === LIMIT;
    yield [n, 'invoke', 'reserve', { id: n, amount: 1 }, { key }];
    if (refused) yield [n, 'ok', 'reserve', null, { key, applied: false }];
    else if (n % 1000 === 10) yield [n, 'info', 'reserve', null, { key }];
    else {
      yield [n, 'ok', 'reserve', null, { key }];
      held.push({ process: n, id: n });
    }
  }
}

export const capacityTrial: LawTrial = {
  checker: capacity as Checker,
  options: [{}, { capacity: 2 }, { capacity: 3 }],
  random: (below) => {
    const clients = new RandomClients(below);
    clients.run(4 + below(16), () => {
      const id = below(6);
      const extras = { key: below(2) };
      return below(3) > 0 ? ['reserve', below(3) > 0 ? id : { id, amount: below(3) }, extras] : ['release', id, extras];
    });
    return clients.events;
  },
  naive,
  good,
  goodOptions: { capacity: LIMIT },
  injections: {
    // more at a time than there is place for
    oversold: (events, at) => {
      const extra = Array.from({ length: LIMIT + 1 }, (_, i): WrittenEvent[] => [
        [5_000_000 + i, 'invoke', 'reserve', `extra ${i}`, { key: 8 }],
        [5_000_000 + i, 'ok', 'reserve', null, { key: 8 }],
      ]);
      events.splice(boundary(events, at), 0, ...extra.flat());
    },
    'release-of-nothing': (events, at) => {
      events.splice(boundary(events, at), 0, [6_000_000, 'invoke', 'release', 'nothing', { key: 7 }], [6_000_000, 'ok', 'release', null, { key: 7 }]);
    },
  },
};

/** Where nothing is in flight. */
function boundary(events: readonly WrittenEvent[], at: number): number {
  return events.findIndex(([, type], i) => i >= at && type === 'invoke');
}
