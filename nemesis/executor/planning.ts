/** From a fault instance to the actions that it means now. */
import type { Action, Fault, FaultInstance, FaultView, NodeId } from '../../harness/contracts/index.ts';
import { within } from '../../harness/lifecycle/deadline.ts';
import type { ExecutorDeadlines, ExecutorRequest } from './request.ts';

/**
 * What the fault wants done. Planning is pure, so it is tried without knowing the primaries first; only a fault that
 * looked at them makes the system be asked, and plans again. Throws what the fault throws, and a ZodError for bad options.
 */
export async function planActions(request: ExecutorRequest, deadlines: ExecutorDeadlines, fault: Fault, instance: FaultInstance): Promise<readonly Action[]> {
  const { cluster, rng } = request;
  const nodes = cluster.nodes.map((node) => node.id);
  const options = fault.options.parse(instance.options);
  let asked = false;
  const outside = nodes.slice(nodes.length - (request.outside ?? 0));
  const blind: FaultView = {
    nodes,
    outside,
    get primaries(): readonly NodeId[] {
      asked = true;
      return [];
    },
  };
  const actions = fault.plan(options, blind, rng.fork(instance.id));
  const { primaries } = request;
  if (!asked || !primaries) return actions;
  const known = await within(cluster.clock, deadlines.primaries, 'asking for the primaries', (signal) => primaries(signal)).catch(() => []);
  return fault.plan(options, { nodes, outside, primaries: known }, rng.fork(instance.id));
}
