/** Where a seed comes from when nobody gave one. The only place that may ask the machine for chance. */
import { randomInt } from 'node:crypto';

/** A fresh seed, 0 … 2^31 - 1: short enough to type. It is printed and recorded with the run. */
export function freshSeed(): number {
  return randomInt(0, 0x7fffffff);
}
