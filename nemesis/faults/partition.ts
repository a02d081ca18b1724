/** Network partitions: between nodes by topology, one way, and between nodes and clients. */
import { z } from 'zod';
import type { Action, Capability, Fault, FaultView, LinkEnd, LinkParams, Rng } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { type Cut, canonical, cutBetween, cutComponents } from '../grudge/cuts.ts';
import { cutsOf, TOPOLOGIES, TOPOLOGY_NAMES } from '../grudge/topology.ts';
import { named, select, selectionOption } from '../selection/selection.ts';
import { NET_CUT, NET_CUT_ONE_WAY, NET_CUT_REJECT, NET_CUT_RESET } from './capabilities.ts';

const WAYS = ['drop', 'reject', 'reset'] as const;

const by = z
  .enum(WAYS)
  .default('drop')
  .describe(
    'How the cut shows. drop: silence; connections stand and carry nothing. reject: whatever is sent is refused at once, and connections break. reset: connections that stand are broken, and then there is silence.',
  );

interface Way {
  readonly by: (typeof WAYS)[number];
}

const needsFor = (options: Way): readonly Capability[] => (options.by === 'drop' ? [] : [options.by === 'reject' ? NET_CUT_REJECT : NET_CUT_RESET]);

/** Absent where it is silence, as before there were other ways. */
const shownBy = (options: Way): Pick<LinkParams, 'by'> => (options.by === 'drop' ? {} : { by: options.by });

const partitionOptions = z.strictObject({
  topology: z
    .enum(TOPOLOGY_NAMES)
    .default('majority')
    .describe(`Who is cut from whom. ${TOPOLOGY_NAMES.map((name) => `${name}: ${TOPOLOGIES[name].summary}`).join('; ')}.`),
  parts: z.int().min(2).default(2).describe('Into how many components the topology "split" divides.'),
  isolate: selectionOption.optional().describe('These nodes from all others, instead of a topology; takes what `target` of other faults takes.'),
  components: z.array(z.array(z.string()).min(1)).min(2).optional().describe('The components by name, instead of a topology.'),
  links: z
    .array(z.tuple([z.string(), z.string()]))
    .min(1)
    .optional()
    .describe('Directed links by name, instead of a topology; "clients" is all clients.'),
  by,
});

const flappingOptions = z.strictObject({
  ...partitionOptions.shape,
  periodMs: z.int().min(100).max(60_000).default(2_000).describe('From the start of one cut to the start of the next, in milliseconds.'),
  cutShare: z.number().min(0.05).max(0.95).default(0.5).describe('The part of each period in which the links are cut; in the rest of it they are whole.'),
});

export type PartitionOptions = z.infer<typeof partitionOptions>;
export type FlappingOptions = z.infer<typeof flappingOptions>;

/** Cuts links between nodes, both ways, by a topology or as spelled out. */
export const partition: Fault<PartitionOptions> = {
  name: 'partition',
  family: 'partition',
  summary: 'cuts the network between nodes by a topology: halves, isolate one, majority, rings, bridge, split, primaries, or as spelled out',
  needs: [NET_CUT],
  needsFor,
  options: partitionOptions,
  plan: (options, view, rng) => cut(partitioned(options, view, rng), shownBy(options)),
};

/** The cuts of `partition`, which come and go for as long as the fault is in force. */
export const flapping: Fault<FlappingOptions> = {
  name: 'flapping',
  family: 'partition',
  summary: 'cuts the network between nodes as partition does, and heals and cuts it again all the time',
  needs: [NET_CUT],
  needsFor,
  options: flappingOptions,
  plan: (options, view, rng) =>
    cut(partitioned(options, view, rng), { ...shownBy(options), flap: { period: ms(options.periodMs), cutShare: options.cutShare } }),
};

function partitioned(options: PartitionOptions, view: FaultView, rng: Rng): readonly Cut[] {
  if (options.links) return canonical(options.links.map(([from, to]): Cut => [end(from, view.nodes), end(to, view.nodes)]));
  if (options.components) return canonical(cutComponents(options.components.map((names) => named(names, view.nodes))));
  if (options.isolate !== undefined) {
    const alone = select(options.isolate, view, rng);
    return canonical(cutComponents([alone, view.nodes.filter((node) => !alone.includes(node))]));
  }
  return cutsOf(options.topology, view, rng, options);
}

const oneWayOptions = z.strictObject({
  target: selectionOption.default('one'),
  direction: z
    .enum(['inbound', 'outbound', 'random'])
    .default('random')
    .describe('inbound: the targets hear none of the other nodes; outbound: they are heard by none of them.'),
  by,
});

export type OneWayOptions = z.infer<typeof oneWayOptions>;

/** Cuts one direction alone between the targets and the other nodes. */
export const partitionOneWay: Fault<OneWayOptions> = {
  name: 'partition-one-way',
  family: 'partition',
  summary: 'cuts one direction between some nodes and the others: the targets are heard but deaf, or hear but are mute',
  needs: [NET_CUT, NET_CUT_ONE_WAY],
  needsFor,
  options: oneWayOptions,
  plan(options, view, rng) {
    const targets = select(options.target, view, rng.fork('target'));
    const others = view.nodes.filter((node) => !targets.includes(node));
    const inbound = options.direction === 'random' ? rng.fork('direction').int(0, 1) === 0 : options.direction === 'inbound';
    return cut(canonical(inbound ? cutBetween(others, targets) : cutBetween(targets, others)), shownBy(options));
  },
};

const isolateClientsOptions = z.strictObject({
  target: selectionOption.default('one'),
  direction: z
    .enum(['both', 'requests', 'replies'])
    .default('both')
    .describe('requests: what clients send is lost; replies: nodes act on requests, but no answer comes back.'),
  by,
});

export type IsolateClientsOptions = z.infer<typeof isolateClientsOptions>;

/** Cuts the clients from some nodes, while the nodes keep talking to each other. */
export const isolateClients: Fault<IsolateClientsOptions> = {
  name: 'isolate-clients',
  family: 'partition',
  summary: 'cuts the clients from some nodes, both ways or one; the nodes keep talking to each other',
  needs: [NET_CUT, NET_CUT_ONE_WAY],
  needsFor,
  options: isolateClientsOptions,
  plan(options, view, rng) {
    const targets = select(options.target, view, rng);
    const requests = options.direction === 'replies' ? [] : cutBetween(['clients'], targets);
    const replies = options.direction === 'requests' ? [] : cutBetween(targets, ['clients']);
    return cut(canonical([...requests, ...replies]), shownBy(options));
  },
};

function cut(links: readonly Cut[], how: Omit<LinkParams, 'type' | 'links'> = {}): Action[] {
  return links.length === 0 ? [] : [{ control: 'links', params: { type: 'cut', links, ...how } }];
}

function end(name: string, nodes: Parameters<typeof named>[1]): LinkEnd {
  return name === 'clients' ? 'clients' : (named([name], nodes)[0] as LinkEnd);
}
