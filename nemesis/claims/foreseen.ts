/** What faults will do to nodes, as far as it can be told before a run: by planning them, under several seeds, on nodes that nobody has started. */
import type { Fault, FaultView, NodeId, Value } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import type { ScriptStep } from '../schedule/script.ts';
import type { Claims, HarmStep } from './claims.ts';
import { type Harmed, harmOf } from './harm.ts';

/** Whether chance decides whom a fault hits shows in plans of other seeds. */
const SEEDS = 8;

/** A fault that a schedule injects, perhaps again and again. */
export interface Scheduled {
  readonly fault: Fault;
  readonly options: Value;
}

/** What the schedule may do: each fault once; damage, which adds up, to everybody whom chance may choose. */
export function foreseenOfSchedule(scheduled: readonly Scheduled[], claims: Claims): HarmStep[] {
  return scheduled.flatMap(({ fault, options }, index): HarmStep[] => {
    const id = `${fault.name} ${index}`;
    return foreseen(fault, options, claims, id).flatMap(({ harmed, drawn }): HarmStep[] => {
      const nodes = drawn && harmed.harm === 'damage' ? nodesOf(claims) : harmed.nodes;
      const step = { id, fault: fault.name, harmed: { ...harmed, nodes } };
      return [
        { ...step, at: 'begin' },
        { ...step, at: 'end' },
      ];
    });
  });
}

/** What a scenario does, in order of time. */
export function foreseenOfSteps(steps: readonly ScriptStep[], faults: ReadonlyMap<string, Fault>, claims: Claims): HarmStep[] {
  return steps
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ f, value }): HarmStep[] => {
      const fault = faults.get(value.fault);
      if (!fault) return [];
      return foreseen(fault, value.options, claims, value.id).map(({ harmed }) => ({
        id: value.id,
        fault: value.fault,
        at: f === 'inject' ? 'begin' : 'end',
        harmed,
      }));
    });
}

/** Nodes that stand for the outside world are not the system's. */
export function nodesOf({ nodeCount, outside = 0 }: Claims): NodeId[] {
  return Array.from({ length: nodeCount - outside }, (_, i) => `n${i + 1}` as NodeId);
}

/** None for a fault that has no plan on such nodes: its injection will say why. */
function foreseen(fault: Fault, options: Value, claims: Claims, id: string): readonly { readonly harmed: Harmed; readonly drawn: boolean }[] {
  const own = nodesOf(claims);
  const nodes = [...own, ...Array.from({ length: claims.outside ?? 0 }, (_, i) => `n${own.length + i + 1}` as NodeId)];
  const plans = Array.from({ length: SEEDS }, (_, seed) => {
    const view: FaultView = { nodes, primaries: own.slice(seed % own.length).slice(0, 1), outside: nodes.slice(own.length) };
    return harmsIn(fault, options, view, seed, new Set<string>(own));
  });
  return (plans[0] ?? []).map((harmed, action) => {
    const drawn = plans.some((plan) => plan[action]?.nodes.join() !== harmed.nodes.join());
    return { drawn, harmed: drawn ? { ...harmed, nodes: harmed.nodes.map((_, n) => `${id}.${action}.${n}`) } : harmed };
  });
}

function harmsIn(fault: Fault, options: Value, view: FaultView, seed: number, own: ReadonlySet<string>): Harmed[] {
  try {
    return fault.plan(fault.options.parse(options), view, createRng(seed)).flatMap(({ params }) => {
      const harmed = harmOf(params as unknown as Value);
      return harmed === undefined ? [] : [{ ...harmed, nodes: harmed.nodes.filter((node) => own.has(node)) }];
    });
  } catch {
    return [];
  }
}
