/**
 * The control `shapes`, whatever carries it out: a link's shapes are those of all active changes, in order; proof comes from
 * numbered datagrams of the witnesses, which know nothing of queues and detours.
 */
import type { Change, Control, Evidence, LinkShape, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import { type Active, activate, linkKey, retire } from '../desired-state.ts';
import type { Traffic, Witnesses } from '../nft/witnesses.ts';
import { aspectsOf, expectedOf, IDLE_TRAFFIC, judgeTraffic, medianOf, TRAFFIC_MS, trafficFor } from './traffic-probe.ts';

/** How often the traffic of an undone change is sent again: what is still in queues arrives late. */
const UNDONE_TRIES = 2;

export type ShapedLink = ShapeParams['links'][number];
type Link = ShapedLink;

/** A link with the shapes that act on it, one after the other; `id`: of the change. */
export interface Shaping {
  readonly link: ShapedLink;
  readonly shapes: readonly { readonly id: string; readonly shape: LinkShape }[];
}

export interface ShapeMechanism {
  /** `Change.kind` and `Change.undo` of every shape. */
  readonly kind: string;
  readonly undo: Change['undo'];
  /** Shapes these links and no others. */
  write(wanted: readonly Shaping[]): Promise<void>;
}

export interface ShapeParts {
  readonly nodes: readonly NodeId[];
  readonly witnesses: Pick<Witnesses, 'traffic'>;
  isCut(from: NodeId, to: NodeId): boolean;
}

/** Apply and undo reject when the mechanism does. */
export function createShapeControl(parts: ShapeParts, mechanism: ShapeMechanism): Control<ShapeParams> {
  let active: Active<ShapeParams> = new Map();
  let writing: Promise<unknown> = Promise.resolve();
  const set = (next: Active<ShapeParams>): Promise<void> => {
    active = next;
    // one after the other: of two at once the older state could be written last
    const written = writing.then(() => mechanism.write([...linksOf(active).values()].map((link) => ({ link, shapes: shapesOf(active, link) }))));
    writing = written.catch(() => {});
    return written;
  };
  return {
    plan: (id, params) => ({
      id,
      kind: mechanism.kind,
      nodes: [...new Set(params.links.flat())],
      params: params as unknown as Change['params'],
      undo: mechanism.undo,
    }),
    apply: (change) => set(activate(active, change.id, paramsOf(change))),
    undo: (change) => set(retire(active, change.id)),
    probe: async (change, expect) => {
      let evidence = await measure(parts, active, change, expect);
      for (let n = 1; expect === 'undone' && !active.has(change.id) && !evidence.holds && n < UNDONE_TRIES; n++)
        evidence = await measure(parts, active, change, expect);
      return evidence;
    },
  };
}

async function measure(parts: ShapeParts, active: Active<ShapeParams>, change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
  const { links, shape } = paramsOf(change);
  const withChange = activate(active, change.id, paramsOf(change));
  const without = retire(active, change.id);
  const [wanted, other] = expect === 'applied' ? [withChange, without] : [without, withChange];
  const open = links.filter(([from, to]) => !parts.isCut(from, to) && !parts.isCut(to, from));
  // A link that is cut carries nothing, so nothing can be said of its shape.
  if (open.length === 0) return { holds: true, independent: false, measured: 'every link of it is cut by another fault' };
  const touched = linksOf(withChange);
  const free = pairs(parts.nodes).find(([from, to]) => !touched.has(linkKey(from, to)) && !touched.has(linkKey(to, from)) && !parts.isCut(from, to));
  const all = open.flatMap((link) => shapesOf(withChange, link).map((each) => each.shape));
  const beside = parts.witnesses.traffic(free === undefined ? [] : [free], IDLE_TRAFFIC);
  const aspects = aspectsOf(shape);
  const found: { readonly aspect: LinkShape; readonly traffic: Traffic }[] = [];
  for (const aspect of aspects) {
    const over = await parts.witnesses.traffic(open, trafficFor(aspect, all, TRAFFIC_MS / aspects.length));
    found.push(...over.map((traffic) => ({ aspect, traffic })));
  }
  const idle = (await beside)[0];
  const idleMs = idle === undefined ? 1 : medianOf(idle);
  const verdicts = found.map(({ aspect, traffic }) => {
    const expected = (changes: Active<ShapeParams>) => expectedOf(shapesOf(changes, traffic.link as Link).map((each) => each.shape));
    return judgeTraffic(aspect, expected(wanted), expected(other), traffic, idleMs);
  });
  const untouched = idle === undefined ? undefined : judgeTraffic({ loss: 0 }, expectedOf([]), expectedOf([]), idle, idleMs);
  // as late as the shaped links: it is not they that are late
  const busy = shape.delay !== undefined && idleMs > shape.delay / NS_PER_MS / 2;
  return {
    holds: verdicts.every(({ fits }) => fits) && untouched?.fits !== false && !busy,
    independent: expect === 'undone' || verdicts.every(({ tells }) => tells),
    measured: [...verdicts.map(({ measured }) => measured), ...(untouched === undefined ? [] : [`${untouched.measured} (untouched)`])].join('; '),
  };
}

function pairs(nodes: readonly NodeId[]): readonly Link[] {
  return nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to): Link => [from, to]));
}

function linksOf(active: Active<ShapeParams>): ReadonlyMap<string, Link> {
  return new Map([...active.values()].flatMap(({ links }) => links.map((link) => [linkKey(...link), link] as const)));
}

function shapesOf(active: Active<ShapeParams>, [from, to]: Link): readonly { readonly id: string; readonly shape: LinkShape }[] {
  return [...active].flatMap(([id, { links, shape }]) => (links.some((link) => link[0] === from && link[1] === to) ? [{ id, shape }] : []));
}

function paramsOf(change: Change): ShapeParams {
  return change.params as unknown as ShapeParams;
}
