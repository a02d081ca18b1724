/** What the workload `semaphore` asks of a system: under each key a semaphore, all of whose permits are free at first. Nothing but `release` gives one back. */

/** How many permits each semaphore has. */
export const PERMITS = 3;

/** The value is how many permits. */
export type SemaphoreOperation =
  /** Takes so many; with `applied: false` where fewer are free. */
  | { readonly f: 'acquire'; readonly key: number; readonly value: number }
  /** Gives so many back. */
  | { readonly f: 'release'; readonly key: number; readonly value: number };
