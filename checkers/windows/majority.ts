/**
 * Whether a fault leaves a majority connected: more than half of the nodes, all up, each linked with each in both
 * directions, at least one of them reachable by clients.
 */
import type { Disturbance, FaultWindow } from './fault-windows.ts';

const CLIENTS = 'clients';

/** Above so many nodes subsets are not tried one by one any more. */
const MOST_NODES = 16;

/** `unknown` where a cut does not name its links, or there are more than 16 nodes and links are cut. */
export type LeavesMajority = boolean | 'unknown';

/** Of all nodes together, under everything that is done to them at once. */
export function leavesMajority(nodes: readonly string[], disturbances: readonly Disturbance[]): LeavesMajority {
  if (disturbances.some((disturbance) => !disturbance.understood)) return 'unknown';
  const needed = Math.floor(nodes.length / 2) + 1;
  const down = new Set(disturbances.flatMap((disturbance) => disturbance.down));
  const up = nodes.filter((node) => !down.has(node));
  if (up.length < needed) return false;
  const cut = new Set(disturbances.flatMap((disturbance) => disturbance.cuts.map(([from, to]) => `${from}>${to}`)));
  if (cut.size === 0) return true;
  if (up.length > MOST_NODES) return 'unknown';
  const linked = up.map((a) => up.reduce((mask, b, j) => (cut.has(`${a}>${b}`) || cut.has(`${b}>${a}`) ? mask : mask | (1 << j)), 0));
  const reachable = up.reduce((mask, node, i) => (cut.has(`${CLIENTS}>${node}`) || cut.has(`${node}>${CLIENTS}`) ? mask : mask | (1 << i)), 0);
  for (let subset = 1; subset < 1 << up.length; subset++) {
    if (bits(subset) < needed || (subset & reachable) === 0) continue;
    if (linked.every((mask, i) => (subset & (1 << i)) === 0 || (subset & ~mask) === 0)) return true;
  }
  return false;
}

/** The nodes of a run as its history shows them: those that clients spoke to and those that faults name. */
export function nodesOf(spokenTo: readonly string[], windows: readonly FaultWindow[]): string[] {
  const nodes = new Set<string>(spokenTo);
  for (const { nodes: hit, disturbance } of windows) {
    for (const node of [...hit, ...disturbance.down, ...disturbance.cuts.flat()]) nodes.add(node);
  }
  nodes.delete(CLIENTS);
  return [...nodes].sort();
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
