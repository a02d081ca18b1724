/** What `rate` means, spelled out window by window, and histories to try it on. */
import type { Checker, Event, History } from '../../../harness/contracts/index.ts';
import type { LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { plant } from '../../testing/plant.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { rate } from '../rate.ts';

/** Grants that end with each one and must lie in so many windows with it, one on end of the other; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const { limit, windowMs, per = 'key' } = options as { limit: number; windowMs: number; per?: string };
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const call = ({ index }: Event) => events[history.columns.pair[index]!]!;
  const grants = events.filter(({ type, f, applied }) => type === 'ok' && f === 'acquire' && applied !== false);
  return grants.flatMap((last) => {
    const others = grants.filter((grant) => grant.index <= last.index && (per === 'all' || grant.key === last.key));
    const tooMany = [1, 2, 4, 8, 16, 32].some((windows) => {
      const sure = (grant: Event) => last.time - call(grant).time < windows * windowMs * 1_000_000;
      return sure(last) && others.filter(sure).length > windows * limit;
    });
    if (
      tooMany &&
      canBeGranted(
        others.map((grant) => [call(grant).time, grant.time]),
        limit,
        windowMs * 1_000_000,
      )
    )
      throw new Error('they are too many for certain, and yet can be granted');
    return tooMany ? [`too-many ${last.index}`] : [];
  });
}

/** Whether some moments, one in each interval, have no window with more than the limit; tries every order of up to five. */
function canBeGranted(intervals: readonly (readonly [number, number])[], limit: number, windowNs: number): boolean {
  if (limit === 0 || intervals.length > 5) return false;
  const place = (left: readonly (readonly [number, number])[], moments: readonly number[]): boolean =>
    left.length === 0 ||
    left.some(([from, to], i) => {
      const moment = Math.max(from, moments.at(-1) ?? from, (moments.at(-limit) ?? Number.NEGATIVE_INFINITY) + windowNs);
      return moment <= to && place(left.toSpliced(i, 1), [...moments, moment]);
    });
  return place(intervals, []);
}

/** Five in a hundred milliseconds are allowed, and five are granted; the sixth asks too early and is refused. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n++) {
    const at = Math.floor(n / 6) * 120 + (n % 6) * 2;
    const extras = { key: Math.floor(n / 6) % 3 };
    const refused = n % 6 === 5;
    yield [n % 10, 'invoke', 'acquire', null, { ...extras, at }];
    yield [n % 10, 'ok', 'acquire', null, refused ? { ...extras, at: at + 1, applied: false } : { ...extras, at: at + 1 }];
  }
}

export const rateTrial: LawTrial = {
  checker: rate as Checker,
  options: [
    { limit: 1, windowMs: 5 },
    { limit: 2, windowMs: 8 },
    { limit: 3, windowMs: 9, per: 'all' },
    { limit: 0, windowMs: 3 },
  ],
  random: (below) => {
    const clients = new RandomClients(below);
    clients.run(4 + below(24), () => ['acquire', null, { key: below(2) }]);
    return clients.events;
  },
  naive,
  good,
  goodOptions: { limit: 5, windowMs: 100 },
  injections: {
    'too-many': (events, at) => {
      const begin = events.findIndex(([, type], i) => i >= at && type === 'invoke');
      // no time passes: what comes after them keeps its own
      const now = events[begin]![4]!.at!;
      plant(
        events,
        at,
        Array.from({ length: 6 }, (_, i) => [8_000_000 + i, 'acquire', null, null, { key: 'full', at: now }] as const),
      );
    },
  },
};
