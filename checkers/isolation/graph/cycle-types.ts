/** Names of cycles: what a cycle is called after the dependencies on it (Adya 1999; the names that Elle made usual). */
import { PROCESS, REALTIME, RW, WR } from './dependency-graph.ts';
import type { Step } from './path-search.ts';

export const BASE_TYPES = ['G0', 'G1c', 'G-single-item', 'G-nonadjacent-item', 'G2-item'] as const;
export type BaseType = (typeof BASE_TYPES)[number];
export type Order = '' | '-process' | '-realtime';
export type CycleType = `${BaseType}${Order}`;

/**
 * G0: write dependencies alone. G1c: reads among them. G-single: one anti-dependency. G-nonadjacent: several, no two in a row.
 * G2: two in a row. With `-process` or `-realtime` where the cycle needs the order of a session, or of real time.
 */
export function typeOfCycle(steps: readonly Step[]): CycleType {
  return `${baseOf(steps)}${orderOf(steps)}`;
}

function baseOf(steps: readonly Step[]): BaseType {
  const anti = steps.filter(({ kind }) => kind === RW).length;
  if (anti === 1) return 'G-single-item';
  if (anti > 1) return steps.some(({ kind }, i) => kind === RW && steps[(i + 1) % steps.length]!.kind === RW) ? 'G2-item' : 'G-nonadjacent-item';
  return steps.some(({ kind }) => kind === WR) ? 'G1c' : 'G0';
}

function orderOf(steps: readonly Step[]): Order {
  if (steps.some(({ kind }) => kind === REALTIME)) return '-realtime';
  return steps.some(({ kind }) => kind === PROCESS) ? '-process' : '';
}
