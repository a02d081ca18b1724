/** What happens to packets on links that carry them all the same: late, lost, doubled, out of order, damaged, too many for the link. */
import { z } from 'zod';
import type { Fault, LinkShape, NodeId, Options } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { cutBetween } from '../grudge/cuts.ts';
import { type Selection, select, selectionOption } from '../selection/selection.ts';
import { NET_SHAPE } from './capabilities.ts';

const DIRECTIONS = ['inbound', 'outbound', 'both'] as const;

const where = {
  target: selectionOption.default('one'),
  direction: z
    .enum(DIRECTIONS)
    .default('both')
    .describe('Which packets: those that the targets get from other nodes, those that they send to other nodes, or both. Clients are left alone.'),
};
const share = (preset: number, what: string) => z.number().gt(0).lt(1).default(preset).describe(`The share of packets that is ${what}.`);

interface Where {
  readonly target: Selection;
  readonly direction: (typeof DIRECTIONS)[number];
}

const delayOptions = z.strictObject({
  ...where,
  delayMs: z.number().positive().max(1_000).default(100).describe('By how many milliseconds each packet is late, on average.'),
  jitterMs: z
    .number()
    .nonnegative()
    .max(200)
    .default(20)
    .describe('How far the delay varies: up to so many milliseconds either way, or (normal) their standard deviation.'),
  distribution: z.enum(['uniform', 'normal']).default('uniform').describe('How the delay is spread.'),
});
const lossOptions = z.strictObject({
  ...where,
  loss: share(0.2, 'lost'),
  burst: z.number().min(1).max(50).default(1).describe('How many packets are lost in a row, on average (Gilbert’s model); 1: each on its own.'),
});
const duplicateOptions = z.strictObject({ ...where, duplicate: share(0.3, 'sent twice') });
const reorderOptions = z.strictObject({
  ...where,
  reorder: share(0.25, 'held back, so that later ones overtake them'),
  holdBackMs: z.number().min(5).max(500).default(20).describe('By how many milliseconds they are held back.'),
});
const corruptOptions = z.strictObject({ ...where, corrupt: share(0.2, 'damaged: one bit turned over, which checksums find where they arrive') });
const bandwidthOptions = z.strictObject({
  ...where,
  kilobytesPerSecond: z.number().min(10).max(1_000).default(100).describe('What each link carries, in 1 000 bytes a second; a queue holds one second of it.'),
});

export type DelayOptions = z.infer<typeof delayOptions>;
export type LossOptions = z.infer<typeof lossOptions>;
export type DuplicateOptions = z.infer<typeof duplicateOptions>;
export type ReorderOptions = z.infer<typeof reorderOptions>;
export type CorruptOptions = z.infer<typeof corruptOptions>;
export type BandwidthOptions = z.infer<typeof bandwidthOptions>;

/** Packets between nodes arrive late. */
export const delay = shaping('delay', 'makes packets between nodes late, each by another time', delayOptions, ({ delayMs, jitterMs, distribution }) => ({
  delay: ms(delayMs),
  jitter: ms(jitterMs),
  distribution,
}));

/** Packets between nodes are lost, singly or in bursts. */
export const loss = shaping('loss', 'loses packets between nodes, singly or many in a row', lossOptions, ({ loss: lost, burst }) => ({ loss: lost, burst }));

/** Packets between nodes arrive twice. */
export const duplicate = shaping('duplicate', 'sends packets between nodes twice', duplicateOptions, ({ duplicate: twice }) => ({ duplicate: twice }));

/** Packets between nodes overtake each other. */
export const reorder = shaping('reorder', 'holds packets between nodes back, so that later ones overtake them', reorderOptions, (options) => ({
  reorder: options.reorder,
  holdBack: ms(options.holdBackMs),
}));

/** Packets between nodes are damaged. */
export const corrupt = shaping('corrupt', 'damages packets between nodes: checksums drop them where they arrive', corruptOptions, ({ corrupt: damaged }) => ({
  corrupt: damaged,
}));

/** Links between nodes carry little. */
export const bandwidth = shaping('bandwidth', 'narrows links between nodes to so many bytes a second', bandwidthOptions, ({ kilobytesPerSecond }) => ({
  bytesPerSecond: kilobytesPerSecond * 1_000,
}));

function shaping<P extends Where>(name: string, summary: string, options: Options<P>, shapeOf: (options: P) => LinkShape): Fault<P> {
  return {
    name,
    family: 'network',
    summary,
    needs: [NET_SHAPE],
    options,
    plan(given, view, rng) {
      const targets = select(given.target, view, rng.fork('target'));
      const links = linksOf(targets, view.nodes, given.direction);
      return links.length === 0 ? [] : [{ control: 'shapes', params: { type: 'shape', links, shape: shapeOf(given) } }];
    },
  };
}

/** Between targets and all other nodes, other targets among them; each link once. */
function linksOf(targets: readonly NodeId[], nodes: readonly NodeId[], direction: Where['direction']): readonly (readonly [NodeId, NodeId])[] {
  const inbound = direction === 'outbound' ? [] : cutBetween(nodes, targets);
  const outbound = direction === 'inbound' ? [] : cutBetween(targets, nodes);
  const links = [...inbound, ...outbound].filter(([from, to]) => from !== to) as (readonly [NodeId, NodeId])[];
  return [...new Map(links.map((link) => [link.join('>'), link])).values()];
}
