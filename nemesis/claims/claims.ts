/**
 * What a system claims to survive (rule 15), against what is done to it: each change by itself, all nodes that are down at
 * the same time, and all nodes whose disks are damaged over the whole run. Pure.
 */
import type { System } from '../../harness/contracts/index.ts';
import { minorityOf } from '../grudge/cuts.ts';
import type { Harm, Harmed } from './harm.ts';

export interface Claims {
  /** All nodes, those that stand for the outside world among them. */
  readonly nodeCount: number;
  readonly outside?: number;
  readonly faultModel: System['faultModel'];
}

/** Something begins or ends. What is `drawn` when it is injected hits nodes that nobody knows before: they get names of their own. */
export interface HarmStep {
  readonly id: string;
  readonly fault: string;
  readonly at: 'begin' | 'end';
  readonly harmed: Harmed;
}

/** What goes beyond the claims, a sentence each, each once, in order; none where everything stays within. */
export function beyondClaims(steps: Iterable<HarmStep>, claims: Claims): string[] {
  const said = new Set<string>();
  const down = new Map<string, HarmStep>();
  const damaged = new Set<string>();
  const note = (text: string | undefined): void => {
    if (text !== undefined) said.add(text);
  };
  for (const step of steps) {
    if (step.at === 'end') {
      down.delete(step.id);
      continue;
    }
    const { harm, nodes } = step.harmed;
    if (harm === 'damage') {
      for (const node of nodes) damaged.add(node);
      note(excess(harm, step.fault, Math.min(damaged.size, ownCount(claims)), claims));
      continue;
    }
    const alone = excess(harm, step.fault, nodes.length, claims);
    note(alone);
    if (harm !== 'crash' && harm !== 'power') continue;
    down.set(step.id, step);
    if (alone === undefined) note(together([...down.values()], claims));
  }
  return [...said];
}

/** All that are down at the same time, and all of them that have lost power. */
function together(steps: readonly HarmStep[], claims: Claims): string | undefined {
  const nodesOf = (of: readonly HarmStep[]): number => Math.min(new Set(of.flatMap(({ harmed }) => harmed.nodes)).size, ownCount(claims));
  const faults = [...new Set(steps.map(({ fault }) => fault))].join(' and ');
  const dark = steps.filter(({ harmed }) => harmed.harm === 'power');
  return excess('crash', faults, nodesOf(steps), claims) ?? (dark.length === 0 ? undefined : excess('power', faults, nodesOf(dark), claims));
}

function ownCount({ nodeCount, outside = 0 }: Claims): number {
  return nodeCount - outside;
}

/** Why so many nodes are too many; undefined where they are not. */
function excess(harm: Harm, fault: string, hit: number, claims: Claims): string | undefined {
  if (hit === 0) return undefined;
  const { crashes, powerLoss, clocks, disks = 'none' } = claims.faultModel;
  const own = ownCount(claims);
  const minority = minorityOf(own);
  const too = (allowed: number, what: string, when = ''): string | undefined => {
    if (hit <= allowed) return undefined;
    const most = allowed === 0 ? 'of no node' : allowed === 1 ? 'of one node' : `of ${allowed} nodes`;
    return `${fault} hits ${hit} of ${own} ${own === 1 ? 'node' : 'nodes'}${when}: the system claims to survive ${what} ${most}`;
  };
  switch (harm) {
    // who comes back from a loss of power with what was synced comes back from a crash
    case 'crash':
    case 'may-crash':
      return powerLoss === 'all' ? undefined : too(crashes === 'minority' || powerLoss === 'minority' ? minority : 0, 'crashes');
    case 'power':
      return powerLoss === 'all' ? undefined : too(powerLoss === 'minority' ? minority : 0, 'a loss of power');
    case 'damage':
      return too(disks === 'minority' ? minority : 0, 'a damaged disk', ' over the whole run');
    case 'clock':
      return clocks === 'any' ? undefined : too(0, 'a wrong clock');
  }
}
