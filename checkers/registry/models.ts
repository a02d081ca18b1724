/** The models that `--model` names. Nothing is loaded until a name is asked for. */
import type { Value } from '../../harness/contracts/index.ts';
import type { Model } from '../linearizability/models/model.ts';

export interface ModelEntry {
  readonly summary: string;
  /** The operations that the model knows. */
  readonly fs: readonly string[];
  /** What it starts from unless an `init` is given. */
  readonly defaultInit: Value;
  /** What a conditional operation's `fail` without an error means to the model (rule 1); `noop` when absent. */
  readonly failedCas?: 'observation';
  load(): Promise<(init: Value) => Model>;
}

export const MODELS: Readonly<Record<string, ModelEntry>> = {
  register: {
    summary: 'a register: read, write',
    fs: ['read', 'write'],
    defaultInit: 0,
    load: async () => (await import('../linearizability/models/register.ts')).register,
  },
  'cas-register': {
    summary: 'a register with compare-and-set: read, write, cas [from, to]',
    fs: ['read', 'write', 'cas'],
    defaultInit: 0,
    load: async () => (await import('../linearizability/models/cas-register.ts')).casRegister,
  },
  'etcd-register': {
    summary: 'a register with compare-and-set, nil at first; a failed cas without an error saw another value',
    fs: ['read', 'write', 'cas'],
    defaultInit: null,
    failedCas: 'observation',
    load: async () => (await import('../linearizability/models/etcd-register.ts')).etcdRegister,
  },
  kv: {
    summary: 'a string under each key, null where there is none: get, put, append, delete, cas [from, to]',
    fs: ['get', 'put', 'append', 'delete', 'cas'],
    defaultInit: '',
    load: async () => (await import('../linearizability/models/kv.ts')).kv,
  },
  'fifo-queue': {
    summary: 'a queue, first in, first out: enqueue, dequeue (null or refused: it was empty)',
    fs: ['enqueue', 'dequeue'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/fifo-queue.ts')).fifoQueue,
  },
  'unordered-queue': {
    summary: 'a queue without an order: enqueue, dequeue of any element (null or refused: it was empty)',
    fs: ['enqueue', 'dequeue'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/unordered-queue.ts')).unorderedQueue,
  },
  stack: {
    summary: 'a stack, last in, first out: push, pop (null or refused: it was empty)',
    fs: ['push', 'pop'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/stack.ts')).stack,
  },
  'priority-queue': {
    summary: 'a priority queue of numbers, the least first: insert, delete-min (null or refused: it was empty)',
    fs: ['insert', 'delete-min'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/priority-queue.ts')).priorityQueue,
  },
  set: {
    summary: 'a set: add and remove (true or false, where they tell whether it changed), contains, read of all elements',
    fs: ['add', 'remove', 'contains', 'read'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/set.ts')).set,
  },
  mutex: {
    summary: 'a mutex that anybody may release: acquire, release',
    fs: ['acquire', 'release'],
    defaultInit: false,
    load: async () => (await import('../linearizability/models/mutex.ts')).mutex,
  },
  'owner-aware-mutex': {
    summary: 'a mutex that only its holder may release: acquire, release; who it is says the process, or {"client": …} in the value',
    fs: ['acquire', 'release'],
    defaultInit: null,
    load: async () => (await import('../linearizability/models/owner-aware-mutex.ts')).ownerAwareMutex,
  },
  'reentrant-mutex': {
    summary: 'a mutex that its holder may acquire again, and must release as often: acquire, release',
    fs: ['acquire', 'release'],
    defaultInit: null,
    load: async () => (await import('../linearizability/models/reentrant-mutex.ts')).reentrantMutex,
  },
  'fenced-mutex': {
    summary: 'a mutex with fencing tokens: acquire returns a larger token than any before, release by the holder',
    fs: ['acquire', 'release'],
    defaultInit: 0,
    load: async () => (await import('../linearizability/models/fenced-mutex.ts')).fencedMutex,
  },
  semaphore: {
    summary: 'a semaphore with as many permits as it starts from: acquire and release of one, or as many as the value says',
    fs: ['acquire', 'release'],
    defaultInit: 1,
    load: async () => (await import('../linearizability/models/semaphore.ts')).semaphore,
  },
  'leader-election': {
    summary: 'one leader in each term: elect and inspect return [term, leader]',
    fs: ['elect', 'inspect'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/leader-election.ts')).leaderElection,
  },
  counter: {
    summary: 'a counter: add (by the value, 1 where it is null), add-and-get (returns the new count), read',
    fs: ['add', 'add-and-get', 'read'],
    defaultInit: 0,
    load: async () => (await import('../linearizability/models/counter.ts')).counter,
  },
  'bounded-counter': {
    summary: 'a counter that stays within bounds: add, add-and-get, read; what would leave the bounds is refused',
    fs: ['add', 'add-and-get', 'read'],
    defaultInit: { count: 0, min: 0, max: 10 },
    load: async () => (await import('../linearizability/models/bounded-counter.ts')).boundedCounter,
  },
  'multi-register': {
    summary: 'registers, null at first, and transactions over them: txn [["read", register, value], ["write", register, value], …]',
    fs: ['txn'],
    defaultInit: [],
    load: async () => (await import('../linearizability/models/multi-register.ts')).multiRegister,
  },
};
