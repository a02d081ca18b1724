/**
 * How often to read a collection that only grows. Each read returns everything, so reads at a constant rate would make a
 * history quadratic: once the collection is large, reads become rarer, so that they return a bounded number of elements
 * per operation.
 */

/** Elements that reads return, on average, per operation of the workload. */
const ELEMENTS_PER_OPERATION = 40;

/** Draws decide with this resolution. */
const RESOLUTION = 1 << 20;

/** Whether operation `n` is a read, at the share asked for or less. */
export function isRead(n: number, share: number, below: (limit: number) => number): boolean {
  return below(RESOLUTION) < Math.min(share, ELEMENTS_PER_OPERATION / (n + 1)) * RESOLUTION;
}
