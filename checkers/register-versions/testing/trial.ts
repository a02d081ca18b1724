/** What `bounded-staleness` and `monotonic` mean, spelled out read by read, and histories to try them on. */
import type { Checker, Event, History } from '../../../harness/contracts/index.ts';
import type { Below, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { boundedStaleness } from '../bounded-staleness.ts';
import { monotonic } from '../monotonic.ts';

class Naive {
  readonly events: readonly Event[];
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
    this.events = Array.from({ length: history.length }, (_, i) => history.event(i));
  }

  partner({ index }: Event): Event | undefined {
    return this.events[this.#history.columns.pair[index]!];
  }

  /** The one write that the read saw; null for what was there at first. */
  seen(read: Event): Event | null | undefined {
    const writes = this.events.filter(
      ({ type, f, key, value, index }) => type === 'invoke' && f === 'write' && key === read.key && value === read.value && index < read.index,
    );
    if (writes.length === 0 && read.value === null) return null;
    return writes.length === 1 ? writes[0] : undefined;
  }

  acknowledged(write: Event): boolean {
    const end = this.partner(write);
    return end?.type === 'ok' && end.applied !== false;
  }

  failed(write: Event): boolean {
    const end = this.partner(write);
    return end?.type === 'fail' || end?.applied === false;
  }

  /** Whether that write certainly came later than what was seen. */
  newer(write: Event, seen: Event | null): boolean {
    return seen === null || (this.acknowledged(seen) && write.index > this.partner(seen)!.index);
  }

  reads(): Event[] {
    return this.events.filter(({ type, f }) => type === 'ok' && f === 'read');
  }
}

function naiveStaleness(history: History, { versions, maxMs }: LawOptions): string[] {
  const naive = new Naive(history);
  const writes = naive.events.filter((event) => event.type === 'invoke' && event.f === 'write' && naive.acknowledged(event));
  return naive.reads().flatMap((read) => {
    const seen = naive.seen(read);
    const begun = naive.partner(read)!;
    if (seen === undefined) return [];
    if (seen !== null && naive.failed(seen)) return [`failed-but-visible ${read.index}`];
    const missed = writes.filter((write) => write.key === read.key && naive.partner(write)!.index < begun.index && naive.newer(write, seen));
    const old = missed.filter((write) => naive.partner(write)!.time < begun.time - Number(maxMs) * 1_000_000);
    return [
      ...(typeof versions === 'number' && missed.length > versions ? [`too-many-versions ${read.index}`] : []),
      ...(typeof maxMs === 'number' && old.length > 0 ? [`too-old ${read.index}`] : []),
    ];
  });
}

function naiveMonotonic(history: History, { order }: LawOptions): string[] {
  const naive = new Naive(history);
  const number = (event: Event | null) => (event === null ? -Infinity : (event.value as number));
  return naive.reads().flatMap((read) => {
    const seen = naive.seen(read);
    if (seen === undefined) return [];
    const older = (known: Event | null) => (order === 'values' ? number(seen) < number(known) : known !== null && naive.newer(known, seen));
    const mine = naive.events.filter(({ process, key, index, type }) => process === read.process && key === read.key && index < read.index && type === 'ok');
    const readBefore = mine
      .filter(({ f }) => f === 'read')
      .map((event) => naive.seen(event))
      .filter((known) => known !== undefined);
    const written = mine.filter(({ f, applied }) => f === 'write' && applied !== false).map((event) => naive.partner(event)!);
    return [...(readBefore.some(older) ? [`non-monotonic-read ${read.index}`] : []), ...(written.some(older) ? [`missed-own-write ${read.index}`] : [])];
  });
}

/** Sessions of a few processes, which read what was written at any time, mostly lately. */
function random(below: Below): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  const open = new Map<number, readonly [f: string, value: number | null, key: number]>();
  const written: number[][] = [[], []];
  let [next, fresh] = [0, 3];
  const processes = [0, 1, 2];
  for (let step = 6 + below(24); step > 0; step--) {
    const slot = below(processes.length);
    const process = processes[slot]!;
    const asked = open.get(process);
    if (asked === undefined) {
      const key = below(2);
      const write = below(2) === 0;
      const value = write ? next++ : null;
      if (write) written[key]!.push(value!);
      open.set(process, [write ? 'write' : 'read', value, key]);
      events.push([process, 'invoke', write ? 'write' : 'read', value, { key }]);
      continue;
    }
    open.delete(process);
    const [f, value, key] = asked;
    const outcome = below(9);
    if (outcome === 0) {
      events.push([process, 'info', f, null, { key }]);
      processes[slot] = fresh++;
    } else if (outcome === 1) events.push([process, 'fail', f, null, { key, error: { code: 'refused', message: '' } }]);
    else if (f === 'write') events.push([process, 'ok', f, value, { key }]);
    else {
      const back = below(3) === 0 ? below(4) : 0;
      events.push([process, 'ok', f, written[key]!.at(-1 - back) ?? null, { key }]);
    }
  }
  return events;
}

const PROCESSES = 10;

/** Everybody in turn writes a register and reads it again. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n++) {
    const turn = Math.floor(n / 2);
    const key = turn % 4;
    const process = turn % PROCESSES;
    const f = n % 2 === 0 ? 'write' : 'read';
    yield [process, 'invoke', f, f === 'write' ? turn : null, { key }];
    yield [process, 'ok', f, turn, { key }];
  }
}

/** Makes the next read from there return what the `back`-th write before its own wrote to that register; of its own session: `own`. */
function misread(events: WrittenEvent[], at: number, back: number): void {
  const index = events.findIndex(([, type, f], i) => i >= at && type === 'ok' && f === 'read');
  const [process, , , turn, extras] = events[index]!;
  events[index] = [process, 'ok', 'read', (turn as number) - 4 * back, extras!];
}

export const boundedStalenessTrial: LawTrial = {
  checker: boundedStaleness as Checker,
  options: [{ versions: 0 }, { versions: 1 }, { maxMs: 4 }, { versions: 2, maxMs: 6 }],
  random,
  naive: naiveStaleness,
  good,
  goodOptions: { versions: 3, maxMs: 100 },
  alsoShownBy: { 'too-many-versions': ['too-old'] },
  injections: {
    // 4 turns of 4 events each, and as many milliseconds, for every version
    'too-many-versions': (events, at) => misread(events, at, 4),
    'too-old': (events, at) => misread(events, at, 20),
    'failed-but-visible': (events, at) => {
      const index = events.findIndex(([, type, f], i) => i >= at && type === 'ok' && f === 'write');
      const [process, , , , extras] = events[index]!;
      events[index] = [process, 'fail', 'write', null, { ...extras, error: { code: 'refused', message: '' } }];
    },
  },
};

export const monotonicTrial: LawTrial = {
  checker: monotonic as Checker,
  options: [{}, { order: 'values' }],
  random,
  naive: naiveMonotonic,
  good,
  goodOptions: {},
  injections: {
    // the session wrote before it read; with a write of somebody else in its place, it only read
    'non-monotonic-read': (events, at) => {
      const begin = events.findIndex(([, type, f], i) => i >= at && type === 'invoke' && f === 'write');
      const [process, , , turn, extras] = events[begin]!;
      // another register, which nobody else knows
      const key = { key: 1_000 + (extras!.key as number) };
      const step = (who: number, f: string, value: number): WrittenEvent[] => [
        [who, 'invoke', f, f === 'write' ? value : null, key],
        [who, 'ok', f, value, key],
      ];
      const n = turn as number;
      events.splice(
        begin,
        0,
        ...step(99, 'write', n),
        ...step(99, 'write', n + 1),
        ...step(process as number, 'read', n + 1),
        ...step(process as number, 'read', n),
      );
    },
    'missed-own-write': (events, at) => misread(events, at, 1),
  },
};
