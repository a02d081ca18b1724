/**
 * What the simulator's probes share. A probe takes a fixed virtual duration and says no latencies, and its messages are
 * drawn by the change's id alone: so it moves nothing else, and two systems under one schedule get the same journal.
 */
import type { Clock, Evidence, NodeId, Ns } from '../../../../harness/contracts/index.ts';
import { mix32 } from '../../../../harness/random/rng.ts';
import type { Network } from '../network.ts';
import type { SimulatedNode } from '../node.ts';

/** Messages per link or process and probe. */
export const PROBES = 3;

/** What a control of the simulator acts on. */
export interface ControlSurroundings {
  readonly clock: Clock;
  readonly network: Network;
  readonly nodes: readonly SimulatedNode[];
  /** How long a node takes from its start until its process runs. */
  readonly bootNs: number;
}

/** The node of that name. Throws a RangeError where there is none. */
export function nodeNamed(around: ControlSurroundings, id: NodeId): SimulatedNode {
  return around.nodes[around.network.indexOf(id)] as SimulatedNode;
}

/** A key for draws, from the change's id. */
export function probeKey(id: string): number {
  let key = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) key = Math.imul(key ^ id.charCodeAt(i), 0x01000193);
  return mix32(key);
}

/** Waits until every answer that is still coming has come: there and back, and a little more. */
export function awaitAnswers(around: ControlSurroundings): Promise<void> {
  return around.clock.sleep((2 * around.network.longestLatencyNs + 1_000_000) as Ns);
}

/** What one probe found of one thing. `independent: false`: there was nothing to measure. */
export interface Finding {
  readonly holds: boolean;
  readonly independent: boolean;
  readonly what: string;
  readonly saw: string;
}

/** All findings as one evidence: things that showed the same are named together. */
export function evidenceOf(findings: readonly Finding[]): Evidence {
  const bySight = new Map<string, string[]>();
  for (const { what, saw } of findings) {
    const names = bySight.get(saw);
    if (names === undefined) bySight.set(saw, [what]);
    else names.push(what);
  }
  return {
    holds: findings.every(({ holds }) => holds),
    independent: findings.some(({ independent }) => independent),
    measured: [...bySight].map(([saw, names]) => `${names.join(', ')}: ${saw}`).join('; '),
  };
}
