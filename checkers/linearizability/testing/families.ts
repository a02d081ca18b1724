/** How clients use each of the built-in models that is no register, for random histories. */
import type { Rng, Value } from '../../../harness/contracts/index.ts';
import { builtInModel } from '../models/catalogue.ts';
import type { Model } from '../models/model.ts';
import type { Family, Request } from './object-history.ts';

/** A value of the domain; fresh where the domain has no end. */
const drawValue = (rng: Rng, i: number, domain: number): number => (domain === 0 ? i + 1 : rng.int(1, domain));

/** A state in words of the model. */
const shown = (model: Model, state: unknown): Value => (model.show ? model.show(state) : (state as Value));

function collectionFamily(
  name: string,
  insert: string,
  remove: string,
  init: Value,
  pick: (elements: readonly Value[], rng: Rng) => Value | undefined,
): Family {
  const model = builtInModel(name, init);
  return {
    name,
    model,
    draw: (rng, i, domain) => (rng.int(0, 8) < 5 ? { f: insert, input: drawValue(rng, i, domain) } : { f: remove, input: null }),
    answer: (state, { f, input }, rng) => {
      if (f === insert) return input;
      const elements = shown(model, state);
      // Half of the time an empty collection refuses: then any answer will do that cannot be.
      return pick(elements as readonly Value[], rng) ?? (rng.int(0, 1) === 0 ? null : 0);
    },
    lie: (rng, { f }, answer, domain, i) => (f === insert ? answer : rng.int(0, 3) === 0 ? null : rng.int(1, domain === 0 ? i + 2 : domain)),
  };
}

const setModel = builtInModel('set', []);
const setFamily = (reads: number): Family => ({
  name: reads > 0 ? 'set with reads' : 'set',
  model: setModel,
  draw: (rng, i, domain) => {
    const kind = rng.int(0, 9);
    if (kind < reads) return { f: 'read', input: null };
    return {
      f: kind < 5 ? 'add' : kind < 8 ? 'remove' : 'contains',
      input: rng.int(0, 2) === 0 ? drawValue(rng, i, domain) : rng.int(1, domain === 0 ? i + 1 : domain),
    };
  },
  answer: (state, { f, input }, rng) => {
    const elements = shown(setModel, state) as readonly Value[];
    if (f === 'read') return elements;
    const there = elements.includes(input);
    if (f === 'contains') return there;
    return rng.int(0, 3) === 0 ? input : f === 'add' ? !there : there;
  },
  lie: (rng, { f }, answer, domain) => {
    if (f !== 'read') return typeof answer === 'boolean' ? !answer : answer;
    const elements = answer as readonly Value[];
    const value = rng.int(1, domain + 2);
    return elements.includes(value) ? elements.filter((other) => other !== value) : [...elements, value];
  },
});

/** Clients that acquire and release in turn, but for now and then. */
function lockRequest(rng: Rng, last: Request | undefined, input: Value = null): Request {
  const orderly = rng.int(0, 9) > 0;
  return { f: (last?.f === 'acquire') === orderly ? 'release' : 'acquire', input };
}

const lockFamily = (name: string, init: Value): Family => ({
  name,
  model: builtInModel(name, init),
  draw: (rng, _, __, last) => lockRequest(rng, last),
  answer: () => null,
  lie: (_, __, answer) => answer,
});

const reentrant: Family = {
  ...lockFamily('reentrant-mutex', null),
  // It cannot know how often it holds it: so it gives back more often than it takes.
  draw: (rng) => ({ f: rng.int(0, 8) < 4 ? 'acquire' : 'release', input: null }),
};

const fencedModel = builtInModel('fenced-mutex');
const fenced: Family = {
  ...lockFamily('fenced-mutex', 0),
  answer: (state, { f }, rng) => (f === 'acquire' ? (shown(fencedModel, state) as { token: number }).token + rng.int(1, 2) : null),
  lie: (rng, { f }, answer) => (f === 'acquire' ? Math.max(1, (answer as number) + rng.int(-2, 1)) : answer),
};

const semaphoreFamily = (permits: number, most: number): Family => ({
  ...lockFamily('semaphore', permits),
  name: `semaphore of ${permits}`,
  draw: (rng, _, __, last) => lockRequest(rng, last, most === 1 ? null : ((last?.f === 'acquire' ? last.input : undefined) ?? rng.int(1, most))),
});

const election: Family = {
  name: 'leader-election',
  model: builtInModel('leader-election'),
  draw: (rng) => ({ f: rng.int(0, 2) === 0 ? 'inspect' : 'elect', input: null }),
  answer: (state, _, rng) => {
    const leaders = state as { get(term: number): Value | undefined };
    const term = rng.int(1, 3);
    return [term, leaders.get(term) ?? (rng.int(0, 3) === 0 ? null : rng.int(1, 2))];
  },
  lie: (rng, _, answer) => [(answer as readonly Value[])[0]!, rng.int(1, 2)],
};

function counterFamily(name: string, label: string, init: Value, draw: Family['draw']): Family {
  return {
    name: label,
    model: builtInModel(name, init),
    draw,
    answer: (state, { f, input }) => (f === 'read' ? (state as number) : f === 'add' ? input : (state as number) + (input === null ? 1 : (input as number))),
    lie: (rng, { f }, answer) => (f === 'add' ? answer : (answer as number) + rng.int(-1, 1)),
  };
}

const registersModel = builtInModel('multi-register', [['a', 0]]);
const registers: Family = {
  name: 'multi-register',
  model: registersModel,
  draw: (rng, i, domain) => ({
    f: 'txn',
    input: Array.from({ length: rng.int(1, 3) }, () => {
      const register = rng.int(0, 1) === 0 ? 'a' : 'b';
      return rng.int(0, 1) === 0 ? ['r', register, null] : ['w', register, drawValue(rng, i, domain)];
    }),
  }),
  answer: (state, { input }) => {
    const values = new Map(shown(registersModel, state) as unknown as [string, Value][]);
    return (input as unknown as [string, string, Value][]).map(([f, name, value]) => {
      if (f === 'w') values.set(name, value);
      return [f, name, f === 'w' ? value : (values.get(name) ?? null)];
    });
  },
  lie: (rng, _, answer, domain) => (answer as unknown as Value[][]).map(([f, name, value]) => [f!, name!, f === 'r' ? rng.int(0, domain + 1) : value!]),
};

const kvModel = builtInModel('kv');
const stringOf = (rng: Rng, i: number, domain: number): string => String.fromCharCode(97 + (domain === 0 ? i : rng.int(0, domain - 1)));
const kvFamily: Family = {
  name: 'kv',
  model: kvModel,
  draw: (rng, i, domain) => {
    const f = ['get', 'get', 'put', 'append', 'delete', 'cas'][rng.int(0, 5)]!;
    if (f === 'get' || f === 'delete') return { f, input: null };
    const value = stringOf(rng, i, domain);
    return { f, input: f === 'cas' ? [rng.int(0, 3) === 0 ? null : stringOf(rng, rng.int(0, i), domain), value] : value };
  },
  answer: (state, { f, input }) => (f === 'get' ? (state as Value) : input),
  lie: (rng, { f }, answer) => (f !== 'get' || rng.int(0, 2) === 0 ? (f === 'get' ? null : answer) : `${answer ?? ''}a`.slice(0, rng.int(1, 3))),
};

/** Which of the elements an operation takes. */
const FIRST = (elements: readonly Value[]): Value | undefined => elements[0];
const LAST = (elements: readonly Value[]): Value | undefined => elements.at(-1);
const ANY = (elements: readonly Value[], rng: Rng): Value | undefined =>
  Array.isArray(elements) ? elements[rng.int(0, Math.max(0, elements.length - 1))] : undefined;

const one = (f: string): Request => ({ f, input: null });

export const FAMILIES: readonly Family[] = [
  collectionFamily('fifo-queue', 'enqueue', 'dequeue', [], FIRST),
  { ...collectionFamily('fifo-queue', 'enqueue', 'dequeue', [101, 102], FIRST), name: 'fifo-queue that starts with two' },
  collectionFamily('unordered-queue', 'enqueue', 'dequeue', [], ANY),
  { ...collectionFamily('unordered-queue', 'enqueue', 'dequeue', [101], ANY), name: 'unordered-queue that starts with one' },
  collectionFamily('stack', 'push', 'pop', [], LAST),
  { ...collectionFamily('stack', 'push', 'pop', [101, 102], LAST), name: 'stack that starts with two' },
  collectionFamily('priority-queue', 'insert', 'delete-min', [], FIRST),
  { ...collectionFamily('priority-queue', 'insert', 'delete-min', [2.5], FIRST), name: 'priority-queue that starts with one' },
  setFamily(0),
  setFamily(2),
  lockFamily('mutex', false),
  lockFamily('owner-aware-mutex', null),
  reentrant,
  fenced,
  semaphoreFamily(1, 1),
  semaphoreFamily(2, 1),
  semaphoreFamily(3, 2),
  election,
  counterFamily('counter', 'counter by ones', 0, (rng) => one(['add', 'add', 'read', 'add-and-get'][rng.int(0, 3)]!)),
  counterFamily('counter', 'counter', 1, (rng) => ({ f: ['add', 'add-and-get', 'read'][rng.int(0, 2)]!, input: rng.int(-1, 2) })),
  counterFamily('bounded-counter', 'bounded-counter', { count: 1, min: 0, max: 2 }, (rng) => ({
    f: ['add', 'add-and-get', 'read'][rng.int(0, 2)]!,
    input: rng.int(-2, 2),
  })),
  registers,
  kvFamily,
];
