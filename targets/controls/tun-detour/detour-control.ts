/**
 * The control `shapes` by the TUN detour. A link's shapes are those of all active changes, in order; a route leads its
 * packets to the detour while there are any. Links that nobody shapes never leave the switch. Cut beats shaped: the
 * detour lets nothing pass over a link that the control of links cuts.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Change, Control, Evidence, LinkShape, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import { type Active, activate, linkKey, retire } from '../desired-state.ts';
import type { HelperProcess } from '../helper-process/helper-process.ts';
import type { Traffic, Witnesses } from '../nft/witnesses.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';
import type { DetourRequest } from './detour-protocol.ts';
import type { DetourUndo } from './detour-undo.ts';
import { aspectsOf, expectedOf, IDLE_TRAFFIC, judgeTraffic, medianOf, TRAFFIC_MS, trafficFor } from './traffic-probe.ts';

export const TUN_SHAPE = 'tun.shape';

/** How often the traffic of an undone change is sent again: what is still in queues arrives late. */
const UNDONE_TRIES = 2;

const run = promisify(execFile);
type Link = ShapeParams['links'][number];

export interface DetourParts {
  readonly nodes: readonly NodeId[];
  readonly detour: Pick<HelperProcess<DetourRequest, null>, 'request'>;
  readonly identity: ProcessIdentity;
  readonly witnesses: Pick<Witnesses, 'traffic'>;
  addressOf(node: NodeId): string;
  namespaceOf(node: NodeId): string;
  deviceOf(node: NodeId): string;
  isCut(from: NodeId, to: NodeId): boolean;
}

/** Apply and undo reject with ORDEAL_NODE_FAILED, or when the detour is gone. */
export function createDetourControl(parts: DetourParts): Control<ShapeParams> {
  let active: Active<ShapeParams> = new Map();
  let writing: Promise<unknown> = Promise.resolve();
  const routed = new Map<string, Link>();
  const write = async (): Promise<void> => {
    const wanted = linksOf(active);
    await parts.detour.request({
      op: 'shape',
      links: [...wanted.values()].map((link) => ({ from: parts.addressOf(link[0]), to: parts.addressOf(link[1]), shapes: shapesOf(active, link) })),
    });
    for (const [key, link] of wanted) {
      if (routed.has(key)) continue;
      await route('replace', link);
      routed.set(key, link);
    }
    for (const [key, link] of routed) {
      if (wanted.has(key)) continue;
      await route('del', link);
      routed.delete(key);
    }
  };
  const route = async (verb: 'replace' | 'del', [from, to]: Link): Promise<void> => {
    const args = ['-n', parts.namespaceOf(from), 'route', verb, `${parts.addressOf(to)}/32`, 'dev', parts.deviceOf(from), 'src', parts.addressOf(from)];
    try {
      await run('ip', args);
    } catch (cause) {
      // a route that went with its device is no longer there to be taken away
      if (verb === 'del' && /No such process|Cannot find device/.test(messageOf(cause))) return;
      throw new OrdealError('ORDEAL_NODE_FAILED', { what: `ip ${args.join(' ')}: ${messageOf(cause)}`, where: 'the detour', cause });
    }
  };
  const set = (next: Active<ShapeParams>): Promise<void> => {
    active = next;
    const written = writing.then(write);
    writing = written.catch(() => {});
    return written;
  };
  return {
    plan: (id, params) => ({
      id,
      kind: TUN_SHAPE,
      nodes: [...new Set(params.links.flat())],
      params: params as unknown as Change['params'],
      undo: { detour: parts.identity } satisfies DetourUndo as unknown as Change['undo'],
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

async function measure(parts: DetourParts, active: Active<ShapeParams>, change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
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
