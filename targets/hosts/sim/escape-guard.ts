/**
 * While a simulation runs, the real world's time, chance, timers and network are out of bounds in its thread: asking for
 * them throws ORDEAL_SIM_ESCAPE with the place that asked and what to use instead. One call that slipped through would
 * make the same seed give another history.
 *
 * Node's own modules keep what they need: they hold their own references, and a call that comes from `node:` passes.
 */
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import nodeTimers from 'node:timers';
import nodeTimersPromises from 'node:timers/promises';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

type Callable = (...args: never[]) => unknown;

const TIME = 'Use env.clock in a node program, the injected Clock elsewhere.';
const CHANCE = 'Use env.rng in a node program, the injected Rng elsewhere.';
const TIMER = 'Use env.timer in a node program, the injected Clock elsewhere.';
const NETWORK = 'Use env.send in a node program; nothing inside a simulation may speak to the real network.';

/** Where a stack frame of this module is recognised by. */
const OWN_FILE = /[\\/]escape-guard\.[jt]s/;

let installations = 0;
let exemptions = 0;
let restore: (() => void) | undefined;

/**
 * Guards this thread until the function that it gives is called. Counted: the last one to leave lifts the guard.
 * Modules that need the real things take their references before (the scheduler has its macrotask).
 */
export function installEscapeGuard(): () => void {
  if (installations++ === 0) restore = install();
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (--installations === 0) restore?.();
  };
}

/** Runs `real` (synchronously) with the guard lifted: for measuring the harness itself, never for anything a run depends on. */
export function exemptFromGuard<T>(real: () => T): T {
  exemptions++;
  try {
    return real();
  } finally {
    exemptions--;
  }
}

function install(): () => void {
  const undo: (() => void)[] = [];
  const replace = (target: object, key: string, make: (original: Callable) => unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, key);
    const original: unknown = Reflect.get(target, key);
    if (typeof original !== 'function') return;
    Object.defineProperty(target, key, { value: make(original as Callable), configurable: true, writable: true, enumerable: before?.enumerable ?? true });
    undo.push(() => (before === undefined ? Reflect.deleteProperty(target, key) : Object.defineProperty(target, key, before)));
  };
  const forbid = (target: object, name: string, keys: readonly string[], remedy: string): void => {
    for (const key of keys) replace(target, key, (original) => guarded(original, name === '' ? key : `${name}.${key}`, remedy));
  };
  replace(globalThis, 'Date', (original) => guardedDate(original as unknown as DateConstructor));
  forbid(performance, 'performance', ['now'], TIME);
  forbid(process, 'process', ['uptime'], TIME);
  replace(process, 'hrtime', (original) => {
    const bigint = Reflect.get(original, 'bigint') as Callable;
    return Object.assign(guarded(original, 'process.hrtime', TIME), { bigint: guarded(bigint, 'process.hrtime.bigint', TIME) });
  });
  forbid(Math, 'Math', ['random'], CHANCE);
  forbid(globalThis.crypto, 'crypto', ['getRandomValues', 'randomUUID'], CHANCE);
  forbid(
    nodeCrypto,
    'node:crypto',
    ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'generateKeyPair', 'generateKeyPairSync'],
    CHANCE,
  );
  forbid(globalThis, '', ['setTimeout', 'setInterval', 'setImmediate'], TIMER);
  forbid(nodeTimers, 'node:timers', ['setTimeout', 'setInterval', 'setImmediate'], TIMER);
  forbid(nodeTimersPromises, 'node:timers/promises', ['setTimeout', 'setInterval', 'setImmediate'], TIMER);
  forbid(AbortSignal, 'AbortSignal', ['timeout'], TIMER);
  forbid(globalThis, '', ['fetch'], NETWORK);
  syncBuiltinESMExports();
  return () => {
    for (const step of undo.reverse()) step();
    syncBuiltinESMExports();
  };
}

function guarded(original: Callable, name: string, remedy: string): Callable {
  return function (this: unknown, ...args: never[]): unknown {
    refuseUnlessInternal(`${name}()`, remedy);
    return Reflect.apply(original, this, args);
  };
}

/** `new Date(value)`, `Date.UTC` and `Date.parse` are pure and stay; what reads the machine's clock goes. */
function guardedDate(original: DateConstructor): DateConstructor {
  const now = guarded(original.now, 'Date.now', TIME);
  return new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) refuseUnlessInternal('new Date()', TIME);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target, self, args) {
      refuseUnlessInternal('Date()', TIME);
      return Reflect.apply(target, self, args);
    },
    get(target, key) {
      return key === 'now' ? now : Reflect.get(target, key);
    },
  });
}

function refuseUnlessInternal(call: string, remedy: string): void {
  if (exemptions > 0) return;
  const frame = callerFrame();
  if (frame.includes('node:')) return;
  throw new OrdealError('ORDEAL_SIM_ESCAPE', { what: `${call} was called inside a simulation`, where: frame, value: call, remedy });
}

/** The innermost stack frame outside this module: `at tick (file:///…/store.ts:12:5)`. */
function callerFrame(): string {
  const frames = new Error('where').stack?.split('\n').slice(1) ?? [];
  return frames.find((frame) => !OWN_FILE.test(frame))?.trim() ?? 'an unknown place';
}
