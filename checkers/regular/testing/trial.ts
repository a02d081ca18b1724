/** What `regular` means, spelled out write by write, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, Injection, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { boundary, type PlantedOperation, plant } from '../../testing/plant.ts';
import { randomSessions } from '../../testing/random-sessions.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { regular } from '../regular.ts';

interface Write {
  readonly begun: number;
  /** Infinity where it may take effect later still. */
  readonly ended: number;
  readonly value: Value;
  readonly refused: boolean;
}

interface Read {
  readonly key: Event['key'];
  readonly begun: number;
  readonly at: number;
  readonly value: Value;
}

function writesOf(history: History, key: Event['key'], init: Value): Write[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const asked = events.filter((event) => event.type === 'invoke' && event.key === key && (event.f === 'write' || event.f === 'cas'));
  const writes = asked.map(({ index, f, value }): Write => {
    const end = events[history.columns.pair[index]!];
    const refused = end?.type === 'fail' || end?.applied === false;
    return { begun: index, ended: end?.type === 'ok' && !refused ? end.index : Infinity, value: f === 'cas' ? (value as Value[])[1]! : value, refused };
  });
  return [{ begun: -2, ended: -1, value: init, refused: false }, ...writes];
}

function readsOf(history: History): Read[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  return events
    .filter(({ type, f, applied }) => type === 'ok' && f === 'read' && applied !== false)
    .map(({ key, index, value }) => ({ key, begun: history.columns.pair[index]!, at: index, value }));
}

/** Every anomaly; cubic. */
function naive(history: History, options: LawOptions): string[] {
  const { writes: order, init = null } = options as { writes?: string; init?: Value };
  const keys = new Map([0, 1].map((key) => [key, writesOf(history, key, init)]));
  const accepted: (Read & { readonly write: Write })[] = [];
  const found = readsOf(history).flatMap((read) => {
    const all = keys.get(read.key as number)!;
    const asked = all.filter(({ value, begun }) => value === read.value && begun < read.at);
    const possible = asked.filter(({ refused }) => !refused);
    if (asked.length === 0) return options['init'] === undefined ? [] : [`unexpected-value ${read.at}`];
    if (possible.length === 0) return [`failed-but-visible ${read.at}`];
    const replaced = (write: Write) => all.some((other) => other.begun > write.ended && other.ended < read.begun);
    if (possible.every(replaced)) return [`stale-read ${read.at}`];
    if (order !== 'one-order' || possible.length > 1) return [];
    const write = possible[0]!;
    const last = (mine: Read, other: Write) => other.ended < mine.begun;
    if (accepted.some((other) => other.key === read.key && other.write !== write && last(read, other.write) && last(other, write)))
      return [`two-orders ${read.at}`];
    accepted.push({ ...read, write });
    return [];
  });
  for (const [key, all] of keys)
    if (order === 'one-order' && !hasOrder(all, accepted, key)) throw new Error('reads that were accepted have no order of writes');
  return found;
}

/** Whether the writes have one order that explains the reads: whether no write must come before itself. */
function hasOrder(all: readonly Write[], reads: readonly (Read & { readonly write: Write })[], key: number): boolean {
  const left = new Set(all.filter(({ refused }) => !refused));
  const before = (a: Write, b: Write) => a !== b && (a.ended < b.begun || reads.some((read) => read.key === key && read.write === b && a.ended < read.begun));
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const write of left) if (![...left].some((other) => before(other, write))) left.delete(write);
  }
  return left.size === 0;
}

function random(below: Below): WrittenEvent[] {
  const written: Value[][] = [[null], [null]];
  let next = 1;
  const ask = (): readonly [string, Value, { key: number }] => {
    const key = below(5) === 0 ? 1 : 0;
    if (below(5) < 3) return ['read', null, { key }];
    const value = below(12) === 0 ? written[key]![below(written[key]!.length)]! : next++;
    const old = written[key]!.at(-1)!;
    written[key]!.push(value);
    return below(5) === 0 ? ['cas', [old, value], { key }] : ['write', value, { key }];
  };
  return randomSessions(below, 4, 6 + below(32), ask, ([f, value, extras]) => {
    if (f !== 'read') return value;
    const values = written[extras!.key as number]!;
    return below(40) === 0 ? 99 : values[Math.max(0, values.length - 1 - below(below(4) === 0 ? 4 : 2))]!;
  });
}

/** Two write at a time, one of them last; reads see either while they write, and the last one afterwards. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n += 5) {
    const key = Math.floor(n / 5) % 7;
    const last = n + 1 + (n % 2);
    yield [0, 'invoke', 'write', n + 1, { key }];
    yield [1, 'invoke', 'write', n + 2, { key }];
    yield [2, 'invoke', 'read', null, { key }];
    yield [3, 'invoke', 'read', null, { key }];
    yield [2, 'ok', 'read', n + 1, { key }];
    yield [3, 'ok', 'read', n + 2, { key }];
    yield [0, 'ok', 'write', n + 1, { key }];
    yield [1, 'ok', 'write', n + 2, { key }];
    yield [3, 'invoke', 'read', null, { key }];
    yield [3, 'ok', 'read', last, { key }];
  }
}

/** Operations on a register of its own, one after the other. */
function put(key: string, ...operations: readonly (readonly [f: string, asked: Value, answered: Value | 'FAIL'])[]): Injection {
  return (events, at) => {
    const lines = operations.map(([f, asked, answered], i): PlantedOperation => [7_000_000 + i, f, asked, answered, { key }]);
    plant(events, at, lines);
  };
}

/** Two writes at the same time, and two reads after both. */
const twoOrders: Injection = (events, at) => {
  const key = 'd';
  const write = (type: 'invoke' | 'ok', value: number): WrittenEvent => [7_100_000 + value, type, 'write', value, { key }];
  const read = (process: number, value: number): WrittenEvent[] => [
    [process, 'invoke', 'read', null, { key }],
    [process, 'ok', 'read', value, { key }],
  ];
  const lines = [write('invoke', 1), write('invoke', 2), write('ok', 1), write('ok', 2), ...read(7_200_000, 1), ...read(7_200_001, 2)];
  events.splice(boundary(events, at), 0, ...lines);
};

export const regularTrial: LawTrial = {
  checker: regular as Checker,
  options: [{}, { writes: 'one-order' }, { init: null }, { writes: 'one-order', init: null }],
  random,
  naive,
  good,
  goodOptions: { writes: 'one-order', init: null },
  injections: {
    'stale-read': put('a', ['write', 1, null], ['write', 2, null], ['read', null, 1]),
    'failed-but-visible': put('b', ['write', 1, 'FAIL'], ['read', null, 1]),
    'unexpected-value': put('c', ['read', null, 5]),
    'two-orders': twoOrders,
  },
};
