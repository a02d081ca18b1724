/** What `convergence` means, spelled out read by read, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import type { Below, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import { inject, type WrittenEvent } from '../../testing/written-history.ts';
import { convergence } from '../convergence.ts';

interface Told {
  readonly state?: Value;
  readonly updates?: readonly Value[];
}

/** Every anomaly; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const bound = Number(options['boundMs'] ?? 0) * 1_000_000;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const partner = ({ index }: Event) => events[history.columns.pair[index]!];
  const told = ({ value }: Event) => (value !== null && typeof value === 'object' ? (value as Told) : { state: value });
  const state = (read: Event) => canonicalJson(told(read).state ?? null);
  const seen = (read: Event) => told(read).updates?.map(canonicalJson).sort().join();
  const found: string[] = [];
  for (const key of new Set(events.filter(({ process }) => typeof process === 'number').map((event) => event.key))) {
    const updates = events.filter(({ f, key: own }) => f === 'update' && own === key);
    const quietAt = events.findLastIndex((event) => updates.includes(event) || (event.process === 'nemesis' && event.type === 'info'));
    const reads = events.filter(({ type, f, key: own }) => type === 'ok' && f === 'read' && own === key);
    const quiet = reads.filter((read) => partner(read)!.index > quietAt && partner(read)!.time >= (events[quietAt]?.time ?? 0) + bound);
    const unknown = updates.filter((event) => event.type === 'invoke' && (partner(event)?.type ?? 'info') === 'info').length;
    for (const [i, read] of reads.entries()) {
      const alike = seen(read) === undefined ? undefined : reads.slice(0, i).find((other) => seen(other) === seen(read));
      if (alike && state(alike) !== state(read)) found.push(`same-updates-other-state ${read.index}`);
    }
    if (unknown === 0) found.push(...quiet.filter((read) => state(read) !== state(quiet[0]!)).map(({ index }) => `divergent ${index}`));
    const follows = (before: Event, read: Event) =>
      before.index < partner(read)!.index && before.time + bound <= partner(read)!.time && state(before) !== state(read);
    const changes = new Map<Event, number>();
    for (const read of quiet)
      changes.set(read, Math.max(0, ...quiet.filter((before) => changes.has(before) && follows(before, read)).map((before) => changes.get(before)! + 1)));
    const first = unknown === 0 ? undefined : quiet.find((read) => changes.get(read)! > unknown);
    if (first) found.push(`divergent ${first.index}`);
  }
  return found;
}

function random(below: Below): WrittenEvent[] {
  const clients = new RandomClients(below);
  const place = () => ({ key: below(2), node: `n${1 + below(3)}` });
  let next = 0;
  const read = (): Value => {
    const state = below(5) === 0 ? 'other' : 'usual';
    return below(3) === 0 ? { state, updates: below(2) === 0 ? [1] : [1, 2] } : state;
  };
  const shows = ([f, value]: readonly [string, Value, object?]): readonly [Value] => [f === 'read' ? read() : value];
  const fault = below(4) === 0;
  clients.run(2 + below(5), () => (below(2) === 0 ? ['update', next++, place()] : ['read', null, place()]), shows);
  if (fault) clients.events.push(...inject('heal', 'p', 'partition', []));
  clients.run(6 + below(12), () => ['read', null, place()], shows);
  return clients.events;
}

const BLOCK = 13;

/** Ten updates of each object, one of a hundred of them unknown, then all three nodes are read. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations - (operations % BLOCK); n++) {
    const key = Math.floor(n / BLOCK);
    const step = n % BLOCK;
    const extras = { key, node: `n${1 + (n % 3)}` };
    if (step < 10) {
      yield [n, 'invoke', 'update', n, extras];
      yield [n, n % 100 === 5 ? 'info' : 'ok', 'update', n, extras];
    } else {
      yield [n, 'invoke', 'read', null, extras];
      yield [n, 'ok', 'read', { state: n - step, updates: [1, 2, key % 7] }, extras];
    }
  }
}

/** The last read of an object without unknown updates. */
function lastRead(events: readonly WrittenEvent[], at: number): number {
  const index = events.findIndex(([, type, f], i) => i >= at && i % (2 * BLOCK) === 2 * BLOCK - 1 && type === 'ok' && f === 'read');
  const unknown = events.slice(index - 2 * BLOCK + 1, index).some(([, type]) => type === 'info');
  return unknown ? lastRead(events, index + 1) : index;
}

export const convergenceTrial: LawTrial = {
  checker: convergence as Checker,
  options: [{}, { boundMs: 3 }],
  random,
  naive,
  good,
  goodOptions: { boundMs: 1 },
  alsoShownBy: { divergent: ['same-updates-other-state'] },
  injections: {
    divergent: (events, at) => {
      const index = lastRead(events, at);
      const [process, , , , extras] = events[index]!;
      events[index] = [process, 'ok', 'read', { state: 'other', updates: [1] }, extras!];
    },
    'same-updates-other-state': (events, at) => {
      const index = lastRead(events, at);
      const [process, , , value, extras] = events[index]!;
      events[index] = [process, 'ok', 'read', { ...(value as object), state: 'other' } as Value, extras!];
    },
  },
};
