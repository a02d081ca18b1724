/** Requests are carried out and their answers lost: what a time-out looks like from the other side. */
import { z } from 'zod';
import type { Fault, LinkEnd } from '../../harness/contracts/index.ts';
import { canonical, cutBetween } from '../grudge/cuts.ts';
import { select, selectionOption } from '../selection/selection.ts';
import { NET_LOSE_REPLIES } from './capabilities.ts';

const options = z.strictObject({
  target: selectionOption.default('one'),
  from: z
    .enum(['everyone', 'clients', 'nodes'])
    .default('everyone')
    .describe('Whose requests to the targets go unanswered: those of clients, of other nodes, or of everyone.'),
  seen: z
    .enum(['silence', 'reset'])
    .default('silence')
    .describe('What who asked sees: silence, until it gives up or the fault ends; reset: the connection breaks where the answer would begin.'),
});

export type ResponseLossOptions = z.infer<typeof options>;

/** The targets take requests and act on them; no answer of theirs comes back. */
export const responseLoss: Fault<ResponseLossOptions> = {
  name: 'response-loss',
  family: 'response-loss',
  summary: 'requests reach some nodes and are acted upon, and the answers are lost',
  needs: [NET_LOSE_REPLIES],
  options,
  plan({ target, from, seen }, view, rng) {
    const targets = select(target, view, rng);
    const asking: LinkEnd[] = [...(from === 'nodes' ? [] : ['clients' as const]), ...(from === 'clients' ? [] : view.nodes)];
    // clients do not speak to the outside world
    const links = canonical(cutBetween(targets, asking)).filter(([node, by]) => node !== by && !(by === 'clients' && isOutside(node, view.outside)));
    return links.length === 0 ? [] : [{ control: 'replies', params: { type: 'lose', links, seen } }];
  },
};

function isOutside(node: LinkEnd, outside: readonly LinkEnd[] = []): boolean {
  return outside.includes(node);
}
