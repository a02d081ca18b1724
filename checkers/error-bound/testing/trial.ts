/** What `error-bound` means, spelled out estimate by estimate, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, Injection, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { type PlantedOperation, plant } from '../../testing/plant.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { errorBound } from '../error-bound.ts';

interface Law {
  readonly of?: string;
  readonly epsilon: number;
  readonly error?: string;
  readonly delta?: number;
  readonly significance?: number;
  readonly independent?: string;
  readonly reads?: string;
}

/** Every sum, or number of elements, that some choice among the updates gives which may have happened. */
function truths(history: History, read: Event, events: readonly Event[], of: string | undefined): number[] {
  const begun = history.columns.pair[read.index]!;
  let choices: Value[][] = [[]];
  for (const event of events) {
    if (event.type !== 'invoke' || event.f !== 'add' || event.key !== read.key || event.index > read.index) continue;
    const end = events[history.columns.pair[event.index]!];
    if (end?.type === 'fail' || end?.applied === false) continue;
    const withIt = choices.map((chosen) => [...chosen, event.value]);
    choices = end?.type === 'ok' && end.index < begun ? withIt : [...choices, ...withIt];
  }
  const sum = (chosen: readonly Value[]) => chosen.reduce((total: number, value) => total + ((value ?? 1) as number), 0);
  return choices.map((chosen) => (of === 'distinct' ? new Set(chosen).size : sum(chosen)));
}

/** Every conviction: that of chance, and its last miss that is named. */
function naive(history: History, options: LawOptions): string[] {
  const { of, epsilon, error, delta = 1, significance = 1e-6, independent, reads } = options as unknown as Law;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const lastAdd = (key: Event['key']) => events.findLast((event) => event.f === 'add' && event.key === key)?.index ?? -1;
  const all = events
    .filter(({ type, f, applied }) => type === 'ok' && f === 'read' && applied !== false)
    .filter((read) => reads !== 'final' || history.columns.pair[read.index]! > lastAdd(read.key));
  const counted = delta === 1 || independent === 'estimates' ? all : all.filter((read) => all.findLast(({ key }) => key === read.key) === read);
  const misses = counted.filter((read) => {
    const estimate = read.value as number;
    const possible = truths(history, read, events, of);
    // the truth may be anything in between as well: only integers, and fewer of them, can be chosen
    const slack = (truth: number) => (error === 'absolute' ? epsilon : epsilon * Math.abs(truth));
    const [least, most] = [Math.min(...possible), Math.max(...possible)];
    return estimate < least - slack(least) || estimate > most + slack(most);
  });
  const convicted = misses.length > 0 && (delta === 1 || atLeast(misses.length, counted.length, 1 - delta) < significance);
  return convicted ? [`outside-bound ${misses.slice(0, 8).at(-1)!.index}`] : [];
}

/** The probability of so many misses or more, outcome by outcome. */
function atLeast(misses: number, trials: number, probability: number): number {
  if (trials === 0) return misses <= 0 ? 1 : 0;
  return probability * atLeast(misses - 1, trials - 1, probability) + (1 - probability) * atLeast(misses, trials - 1, probability);
}

function random(below: Below): WrittenEvent[] {
  const clients = new RandomClients(below);
  const keys = 1 + below(4);
  const added = new Array<number>(keys).fill(0);
  const ask = (): readonly [string, Value, { key: number }] => {
    const key = below(keys);
    if (below(2) === 0) return ['read', null, { key }];
    const amount = below(6) === 0 ? -1 : 1 + below(3);
    added[key] = added[key]! + amount;
    return ['add', below(8) === 0 ? null : amount, { key }];
  };
  clients.run(6 + below(20), ask, ([f, value, extras]) => [
    f === 'add' ? value : added[extras!.key as number]! + below(3) - 1 + (below(5) === 0 ? below(9) - 4 : 0),
  ]);
  return clients.events;
}

const KEYS = 25;

/** Estimates that are five in a hundred off at most; of one key they are always a third off. */
function* good(operations: number): Iterable<WrittenEvent> {
  const sums = new Array<number>(KEYS).fill(0);
  for (let n = 0; n < operations; n += 4) {
    const key = Math.floor(n / 4) % KEYS;
    sums[key] = sums[key]! + 100;
    yield [0, 'invoke', 'add', 60, { key }];
    yield [1, 'invoke', 'add', 40, { key }];
    yield [0, 'ok', 'add', 60, { key }];
    yield [2, 'invoke', 'read', null, { key }];
    yield [1, 'ok', 'add', 40, { key }];
    yield [2, 'ok', 'read', sums[key], { key }];
    yield [3, 'invoke', 'read', null, { key }];
    yield [3, 'ok', 'read', key === 7 ? sums[key] * (2 / 3) : sums[key] * (1 + ((n % 11) - 5) / 100), { key }];
  }
}

/** Keys of which half are far off. */
const offHalf: Injection = (events, at) => {
  const lines = Array.from({ length: 80 }, (_, i): PlantedOperation => {
    const key = `sketch ${i >> 1}`;
    return [7_000_000 + i, ...(i % 2 === 0 ? (['add', 100, null] as const) : (['read', null, i % 4 === 1 ? 150 : 95] as const)), { key }];
  });
  plant(events, at, lines);
};

export const errorBoundTrial: LawTrial = {
  checker: errorBound as Checker,
  options: [
    { epsilon: 0.5 },
    { epsilon: 1, error: 'absolute', delta: 0.5, significance: 0.3 },
    { epsilon: 0.25, of: 'distinct', delta: 0.7, significance: 0.2, independent: 'estimates' },
    { epsilon: 0.1, reads: 'final' },
    { epsilon: 1, error: 'absolute', delta: 0.6, significance: 0.1, independent: 'estimates', reads: 'final' },
  ],
  random,
  naive,
  good,
  goodOptions: { epsilon: 0.1, delta: 0.9, significance: 1e-4 },
  injections: { 'outside-bound': offHalf },
};
