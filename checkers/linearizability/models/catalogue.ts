/** The built-in models by name. */
import type { Value } from '../../../harness/contracts/index.ts';
import { unknownName } from '../../../harness/errors/suggest.ts';
import { boundedCounter } from './bounded-counter.ts';
import { casRegister } from './cas-register.ts';
import { counter } from './counter.ts';
import { etcdRegister } from './etcd-register.ts';
import { fencedMutex } from './fenced-mutex.ts';
import { fifoQueue } from './fifo-queue.ts';
import { kv } from './kv.ts';
import { leaderElection } from './leader-election.ts';
import type { Model } from './model.ts';
import { multiRegister } from './multi-register.ts';
import { mutex } from './mutex.ts';
import { ownerAwareMutex } from './owner-aware-mutex.ts';
import { priorityQueue } from './priority-queue.ts';
import { reentrantMutex } from './reentrant-mutex.ts';
import { register } from './register.ts';
import { semaphore } from './semaphore.ts';
import { set } from './set.ts';
import { stack } from './stack.ts';
import { unorderedQueue } from './unordered-queue.ts';

interface Entry {
  readonly make: (init: Value) => Model;
  /** The initial value when nobody says otherwise. */
  readonly init: Value;
}

const MODELS: Readonly<Record<string, Entry>> = {
  register: { make: register, init: 0 },
  'cas-register': { make: casRegister, init: 0 },
  'etcd-register': { make: etcdRegister, init: null },
  kv: { make: kv, init: '' },
  'fifo-queue': { make: fifoQueue, init: [] },
  'unordered-queue': { make: unorderedQueue, init: [] },
  stack: { make: stack, init: [] },
  'priority-queue': { make: priorityQueue, init: [] },
  set: { make: set, init: [] },
  mutex: { make: mutex, init: false },
  'owner-aware-mutex': { make: ownerAwareMutex, init: null },
  'reentrant-mutex': { make: reentrantMutex, init: null },
  'fenced-mutex': { make: fencedMutex, init: 0 },
  semaphore: { make: semaphore, init: 1 },
  'leader-election': { make: leaderElection, init: [] },
  counter: { make: counter, init: 0 },
  'bounded-counter': { make: boundedCounter, init: { count: 0, min: 0, max: 10 } },
  'multi-register': { make: multiRegister, init: [] },
};

/** The names of the built-in models. */
export const MODEL_NAMES: readonly string[] = Object.keys(MODELS);

/** A built-in model, starting from `init` or from its own default. Throws ORDEAL_UNKNOWN_MODEL, and ORDEAL_BAD_OPTION for an `init` that it cannot start from. */
export function builtInModel(name: string, init?: Value): Model {
  const entry = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (!entry) throw unknownName('ORDEAL_UNKNOWN_MODEL', 'model', name, MODEL_NAMES);
  return entry.make(init === undefined ? entry.init : init);
}
