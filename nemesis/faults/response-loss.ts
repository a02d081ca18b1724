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
    const outside: readonly LinkEnd[] = view.outside ?? [];
    // the outside world is asked by nodes and asks nobody
    const nodes = view.nodes.filter((node) => !outside.includes(node));
    const askedBy = (node: LinkEnd): LinkEnd[] => [
      ...(from === 'nodes' || outside.includes(node) ? [] : ['clients' as const]),
      ...(from === 'clients' ? [] : nodes.filter((other) => other !== node)),
    ];
    const links = canonical(targets.flatMap((node) => cutBetween([node], askedBy(node))));
    return links.length === 0 ? [] : [{ control: 'replies', params: { type: 'lose', links, seen } }];
  },
};
