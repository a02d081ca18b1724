/** Another node is made primary by order: what operators and failover scripts do when a primary is gone, or seems to be. */
import { z } from 'zod';
import type { Action, Fault, FaultView } from '../../harness/contracts/index.ts';
import { canonical, cutComponents } from '../grudge/cuts.ts';
import { named, select } from '../selection/selection.ts';
import { MEMBER_PROMOTE, NET_CUT, PROCESS_KILL } from './capabilities.ts';

const forcedOptions = z.strictObject({
  candidate: z.string().optional().describe('The standby to promote; one of them is drawn where it is absent.'),
});

export type ForcedPromotionOptions = z.infer<typeof forcedOptions>;

/** A split brain: cut off together with whoever can reach it, the new primary serves alone, and the old one goes on with the others. */
export const forcedPromotion: Fault<ForcedPromotionOptions> = {
  name: 'forced-promotion',
  family: 'promotion',
  summary: 'cuts one standby from all other nodes and promotes it, whatever it has received; the old primary is not fenced and goes on with the others',
  needs: [MEMBER_PROMOTE, NET_CUT],
  options: forcedOptions,
  plan(options, view, rng): Action[] {
    const standbys = standbysIn(view);
    const candidates = options.candidate === undefined ? select('one', { ...view, nodes: standbys }, rng) : named([options.candidate], view.nodes);
    if (standbys.length === 0 || candidates.length === 0) return [];
    const others = view.nodes.filter((node) => !candidates.includes(node));
    return [
      { control: 'links', params: { type: 'cut', links: canonical(cutComponents([candidates, others])) } },
      { control: 'promotions', params: { type: 'promote', candidates, choice: 'first', standing: 'alone' } },
    ];
  },
};

const failoverOptions = z.strictObject({});

export type FailoverOptions = z.infer<typeof failoverOptions>;

export const failover: Fault<FailoverOptions> = {
  name: 'failover',
  family: 'promotion',
  summary: 'fences the primary (SIGKILL), then promotes the standby that has received most of the log; the old primary comes back as a standby',
  needs: [MEMBER_PROMOTE, PROCESS_KILL],
  options: failoverOptions,
  plan(_options, view): Action[] {
    const candidates = standbysIn(view);
    if (candidates.length === 0) return [];
    return [
      { control: 'processes', params: { type: 'kill', nodes: view.primaries } },
      { control: 'promotions', params: { type: 'promote', candidates, choice: 'most-received', standing: 'with-standbys' } },
    ];
  },
};

/** None where nobody is known to be primary: then nobody is known to be a standby. */
function standbysIn({ nodes, primaries }: FaultView): FaultView['nodes'] {
  return primaries.length === 0 ? [] : nodes.filter((node) => !primaries.includes(node));
}
