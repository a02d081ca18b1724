/** What `causal-reverse` and `long-fork` mean, spelled out pair by pair, and histories to try them on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, LawTrial } from '../../testing/law-trial.ts';
import { type PlantedOperation, plant } from '../../testing/plant.ts';
import { randomSessions } from '../../testing/random-sessions.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { causalReverse } from '../causal-reverse.ts';
import { longFork } from '../long-fork.ts';

class Naive {
  readonly events: readonly Event[];
  readonly reads: readonly Event[];
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
    this.events = Array.from({ length: history.length }, (_, i) => history.event(i));
    this.reads = this.events.filter(({ type, f, applied }) => type === 'ok' && f === 'read' && applied !== false);
  }

  /** Invocations of inserts into that collection. */
  inserts(key: Event['key']): Event[] {
    return this.events.filter((event) => event.type === 'invoke' && event.f === 'add' && event.key === key);
  }

  seen(read: Event): Event[] {
    return this.inserts(read.key).filter(({ value, index }) => index < read.index && (read.value as readonly Value[]).includes(value));
  }

  acked({ index }: Event): number {
    const end = this.events[this.#history.columns.pair[index]!];
    return end?.type === 'ok' && end.applied !== false ? end.index : Infinity;
  }
}

function naiveReverse(history: History): string[] {
  const naive = new Naive(history);
  return naive.reads.flatMap((read) => {
    const seen = naive.seen(read);
    const missing = naive.inserts(read.key).filter((insert) => !seen.includes(insert));
    return missing.some((insert) => seen.some((later) => naive.acked(insert) < later.index)) ? [`causal-reverse ${read.index}`] : [];
  });
}

/** Reads that fork from states before them, each of which stays, unless it is the only one that a read forks from; quadratic. */
function naiveFork(history: History): string[] {
  const naive = new Naive(history);
  const forks = (a: Set<Event>, b: Set<Event>) => [...a].some((one) => !b.has(one)) && [...b].some((one) => !a.has(one));
  const isSame = (a: Set<Event>, b: Set<Event>) => a.size === b.size && !forks(a, b);
  const found = [...new Set(naive.reads.map(({ key }) => key))].flatMap((key) => {
    const reads = naive.reads.filter((read) => read.key === key).map((read) => ({ at: read.index, seen: new Set(naive.seen(read)) }));
    let states: Set<Event>[] = [];
    const accused = reads.filter(({ seen }) => {
      const others = states.filter((state) => forks(state, seen));
      if (others.length === 1) states = states.filter((state) => !others.includes(state));
      if (others.length < 2 && !states.some((state) => isSame(state, seen))) states.push(seen);
      return others.length > 0;
    });
    const any = reads.some((a) => reads.some((b) => forks(a.seen, b.seen)));
    if (any !== accused.length > 0) throw new Error('two reads fork, and none is accused, or the other way round');
    return accused;
  });
  return found.map(({ at }) => `long-fork ${at}`);
}

function random(below: Below): WrittenEvent[] {
  const added: number[][] = [[], []];
  let next = 0;
  const ask = (): readonly [string, Value, { key: number }] => {
    const key = below(8) === 0 ? 1 : 0;
    if (below(2) === 0) return ['read', null, { key }];
    added[key]!.push(next);
    return ['add', next++, { key }];
  };
  return randomSessions(below, 3, 8 + below(32), ask, ([f, , extras]) => {
    const all = added[extras!.key as number]!;
    if (f === 'add') return null;
    const prefix = all.slice(0, all.length - below(2));
    return below(3) === 0 ? prefix.filter(() => below(3) > 0) : prefix;
  });
}

/** Collections of ten, each read after each insert, now and then before its answer. */
function* good(operations: number): Iterable<WrittenEvent> {
  const SIZE = 10;
  for (let n = 0; 2 * n < operations; n++) {
    const key = Math.floor(n / SIZE);
    const all = Array.from({ length: (n % SIZE) + 1 }, (_, i) => key * SIZE + i);
    yield [0, 'invoke', 'add', n, { key }];
    if (n % 3 === 0) yield [0, 'ok', 'add', null, { key }];
    yield [1, 'invoke', 'read', null, { key }];
    yield [1, 'ok', 'read', n % 7 === 1 ? all.slice(0, -1) : all, { key }];
    if (n % 3 !== 0) yield [0, 'ok', 'add', null, { key }];
  }
}

/** Each planted in a collection of its own, where nothing is in flight. */
function put(key: string, lines: readonly (readonly [f: string, asked: Value, answered: Value])[]) {
  return (events: WrittenEvent[], at: number): void => {
    plant(
      events,
      at,
      lines.map(([f, asked, answered], i): PlantedOperation => [7_000_000 + i, f, asked, answered, { key }]),
    );
  };
}

export const causalReverseTrial: LawTrial = {
  checker: causalReverse as Checker,
  options: [{}],
  random,
  naive: naiveReverse,
  good,
  goodOptions: {},
  injections: {
    'causal-reverse': put('reverse', [
      ['add', 1, null],
      ['add', 2, null],
      ['read', null, [2]],
    ]),
  },
};

export const longForkTrial: LawTrial = {
  checker: longFork as Checker,
  options: [{}],
  random,
  naive: naiveFork,
  good,
  goodOptions: {},
  injections: {
    'long-fork': put('fork', [
      ['add', 1, null],
      ['add', 2, null],
      ['read', null, [1]],
      ['read', null, [2]],
    ]),
  },
};
