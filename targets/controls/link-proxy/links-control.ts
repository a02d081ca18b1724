/** The control `links` by link proxy: what is cut is the union of the active changes; proof comes from the probe agent. */
import type { Change, Control, Evidence, LinkEnd, LinkParams, NodeId } from '../../../harness/contracts/index.ts';
import { type Active, activate, cutLinks, linkKey, refusedLinks, retire } from '../desired-state.ts';
import type { HelperProcess } from '../helper-process/helper-process.ts';
import { bothHold, judgeLooks } from './cut-looks.ts';
import type { Link, LinkCount, ProbeAnswer, ProbeRequest } from './probe-protocol.ts';
import type { ProxyAnswer, ProxyRequest } from './proxy-protocol.ts';

export const PROXY_LINKS = 'proxy.links';

/** How long silence must last to prove a cut, once untouched links have answered. */
export const SILENCE_MS = 250;
/** How long a healed link may take to carry everything. */
export const RECOVERY_MS = 10_000;

/** How long a refusal may take, and how long silence must last to be told from it. */
export const LOOK_MS = 400;

export interface LinksControlParts {
  readonly nodes: readonly NodeId[];
  readonly proxy: Pick<HelperProcess<ProxyRequest, ProxyAnswer>, 'request'>;
  readonly probe: Pick<HelperProcess<ProbeRequest, ProbeAnswer>, 'request'>;
}

/** Apply and undo reject when the proxy is gone. */
export function createLinksControl(parts: LinksControlParts): Control<LinkParams> {
  let active: Active<LinkParams> = new Map();
  const set = async (next: Active<LinkParams>): Promise<void> => {
    active = next;
    const refused = [...refusedLinks(next).values()];
    await parts.proxy.request({ op: 'cut', links: [...cutLinks(next).values()], ...(refused.length > 0 && { refused }) });
  };
  return {
    plan: (id, params) => ({ id, kind: PROXY_LINKS, nodes: nodesOf(params), params: params as unknown as Change['params'], undo: null }),
    apply: async (change) => {
      const { by, links } = paramsOf(change);
      await set(activate(active, change.id, paramsOf(change)));
      // the cut first: who dials again at once finds it
      if (by === 'reset') await parts.proxy.request({ op: 'break', links });
    },
    undo: (change) => set(retire(active, change.id)),
    probe: async (change, expect) => {
      const cutBy = (changes: Active<LinkParams>) => {
        const cut = cutLinks(changes);
        return (from: LinkEnd, to: LinkEnd): boolean => cut.has(linkKey(from, to)) || cut.has(linkKey(to, from));
      };
      const cutByOthers = cutBy(retire(active, change.id));
      const links = [...cutLinks(new Map([[change.id, paramsOf(change)]])).values()];
      // Some of the links may still be cut by others: those prove nothing about this change's end.
      const measured = expect === 'applied' ? links : links.filter((link) => !cutByOthers(...link));
      const controls = untouchedLinks(parts.nodes, measured, cutBy(active));
      // Who asks for what we know is not so gets a short answer.
      const patienceMs = expect === 'undone' && !active.has(change.id) ? RECOVERY_MS : SILENCE_MS;
      const { by } = paramsOf(change);
      const shown = links.filter((link) => !cutByOthers(...link));
      // before messages are counted, which dials anew what is broken
      const looks =
        expect === 'applied' && by !== undefined ? await parts.probe.request({ op: 'look', links: shown, controls, patienceMs: LOOK_MS }) : undefined;
      const counted = judge(await parts.probe.request({ op: 'measure', links: measured, controls, patienceMs }), expect);
      const evidence = looks === undefined || by === undefined ? counted : bothHold(judgeLooks(by, looks), counted);
      const unidentified = (await parts.proxy.request({ op: 'stats' }))?.unidentified ?? 0;
      return unidentified === 0 ? evidence : { ...evidence, measured: `${evidence.measured}; ${unidentified} connections of unknown origin closed so far` };
    },
  };
}

/** Pure: what the counts prove. A cut is proven by silence on all its links while every untouched link carries everything. */
export function judge(counts: ProbeAnswer, expect: 'applied' | 'undone'): Evidence {
  const whole = (count: LinkCount): boolean => count.arrived === count.sent && count.sent > 0;
  const untouched = counts.controls.length > 0 && counts.controls.every(whole);
  const links = expect === 'applied' ? counts.links.length > 0 && counts.links.every(({ arrived }) => arrived === 0) : counts.links.every(whole);
  const text = (count: LinkCount, note: string): string => `${count.link[0]}→${count.link[1]}: ${count.arrived} of ${count.sent} messages${note}`;
  const measured = [...counts.links.map((count) => text(count, '')), ...counts.controls.map((count) => text(count, ' (untouched)'))].join('; ');
  return { holds: untouched && links, independent: true, measured };
}

/** One untouched link between two different ends, if there is one, and each concerned node's line with itself: it passes the same proxy. */
export function untouchedLinks(nodes: readonly NodeId[], measured: readonly Link[], isTouched: (from: LinkEnd, to: LinkEnd) => boolean): readonly Link[] {
  const touched = new Set(measured.map(([from, to]) => linkKey(from, to)));
  const ends: readonly LinkEnd[] = [...nodes, 'clients'];
  const pairs = nodes.flatMap((to) => ends.filter((from) => from !== to).map((from) => [from, to] as const));
  const free = pairs.find(([from, to]) => !isTouched(from, to) && !touched.has(linkKey(from, to)) && !touched.has(linkKey(to, from)));
  const concerned = nodes.filter((node) => measured.some(([from, to]) => from === node || to === node));
  return [...(free === undefined ? [] : [free]), ...concerned.map((node) => [node, node] as const)];
}

function paramsOf(change: Change): LinkParams {
  return change.params as unknown as LinkParams;
}

export function nodesOf(params: Pick<LinkParams, 'links'>): readonly NodeId[] {
  return [...new Set(params.links.flat())].filter((end): end is NodeId => end !== 'clients');
}
