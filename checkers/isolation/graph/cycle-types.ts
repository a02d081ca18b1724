/** Names of cycles: what a cycle is called after the dependencies on it (Adya 1999; the names that Elle made usual). */
import { PROCESS, REALTIME, RW, RWP, WR } from './dependency-graph.ts';
import type { Step } from './path-search.ts';

type BaseType = 'G0' | 'G1c' | AntiType | `${AntiType}-item`;
export type AntiType = 'G-single' | 'G-nonadjacent' | 'G2';
export type Order = '' | '-process' | '-realtime';
export type CycleType = `${BaseType}${Order}`;

/**
 * G0: write dependencies alone. G1c: reads among them. G-single: one anti-dependency. G-nonadjacent: several, no two in a row.
 * G2: two in a row; `-item` where none of them is a predicate's. With `-process` or `-realtime` where the cycle needs the order of a session, or of real time.
 */
export function typeOfCycle(steps: readonly Step[]): CycleType {
  return `${baseOf(steps)}${orderOf(steps)}`;
}

/** Whether no anti-dependency of a predicate is among them, and one of an item is. */
export function isOfItems(type: CycleType): boolean {
  return type.includes('-item');
}

function baseOf(steps: readonly Step[]): BaseType {
  const isAnti = (i: number): boolean => (steps[i % steps.length]!.kind & (RW | RWP)) !== 0;
  const anti = steps.filter((_, i) => isAnti(i)).length;
  if (anti === 0) return steps.some(({ kind }) => kind === WR) ? 'G1c' : 'G0';
  const adjacent = steps.some((_, i) => isAnti(i) && isAnti(i + 1));
  const type = anti === 1 ? 'G-single' : adjacent ? 'G2' : 'G-nonadjacent';
  return steps.some(({ kind }) => kind === RWP) ? type : `${type}-item`;
}

function orderOf(steps: readonly Step[]): Order {
  if (steps.some(({ kind }) => kind === REALTIME)) return '-realtime';
  return steps.some(({ kind }) => kind === PROCESS) ? '-process' : '';
}
