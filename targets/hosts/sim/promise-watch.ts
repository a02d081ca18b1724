/**
 * Tells whether the code that just ran touched a promise: made one, or settled one.
 *
 * The simulator runs events in a plain loop and must let the microtasks run before the next event whenever an event woke
 * somebody who awaits (a disk operation, a client call, a deferred of the node program's own). Only V8 knows of all of
 * them; its promise hooks cost about 30 ns a promise and nothing to code without promises.
 */
import { promiseHooks } from 'node:v8';

let watchers = 0;
let stop: (() => void) | undefined;

/** Set by V8's hooks; the scheduler clears it before an event and reads it after. */
export const promiseWatch = { touched: false };

function touch(): void {
  promiseWatch.touched = true;
}

/** Starts watching; counted, for several simulators in one thread. Gives the function that ends it. */
export function watchPromises(): () => void {
  if (watchers++ === 0) stop = promiseHooks.createHook({ init: touch, settled: touch }) as unknown as () => void;
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (--watchers === 0) stop?.();
  };
}
