/** The control `links` by nft: what is cut is the union of the active changes, written whole; proof comes from the witnesses. */
import type { Change, Control, LinkEnd, LinkParams, NodeId, Ns, Value } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Active, activate, cutLinks, linkKey, refusedLinks, retire } from '../desired-state.ts';
import { bothHold, judgeLooks } from '../link-proxy/cut-looks.ts';
import { judge, LOOK_MS, untouchedLinks } from '../link-proxy/links-control.ts';
import { type CutRules, cutScript } from './cut-script.ts';
import { nft } from './nft.ts';
import type { CutWays } from './refusal.ts';
import type { Witnesses } from './witnesses.ts';

export const NFT_LINKS = 'nft.links';

/** How long silence must last to prove a cut, once untouched links have answered. */
const SILENCE: Ns = ms(250);
/** How long a healed link may take to carry everything. */
const RECOVERY: Ns = ms(5_000);

export interface NftLinksParts {
  readonly nodes: readonly NodeId[];
  readonly rules: CutRules;
  /** Told of all links that are cut, before the rules say so. */
  readonly onCut?: (links: readonly (readonly [LinkEnd, LinkEnd])[]) => Promise<void>;
  readonly witnesses: Pick<Witnesses, 'measure'> & Partial<Pick<Witnesses, 'keep' | 'look'>>;
  /** How to cut otherwise than by silence; absent where nobody asked for it, or it cannot be done. */
  readonly ways?: CutWays;
}

/** What a journal line names: the namespace whose table is to go. */
export interface NftLinksUndo {
  readonly namespace: string;
  /** Those whose tables of refusals are to go. */
  readonly refusing?: readonly string[];
}

/** Rules on the switch between all nodes: one table, so that no moment has half a partition. */
export function switchRules(namespace: string, addressOf: (end: LinkEnd) => string): CutRules {
  return {
    kind: NFT_LINKS,
    undo: { namespace } satisfies NftLinksUndo,
    write: (links) => nft(namespace, cutScript(links.map(([from, to]) => [addressOf(from), addressOf(to)] as const))),
  };
}

/** Apply and undo reject with ORDEAL_NODE_FAILED when nft refuses. */
export function createNftLinksControl(parts: NftLinksParts): Control<LinkParams> {
  let active: Active<LinkParams> = new Map();
  let writing: Promise<unknown> = Promise.resolve();
  const write = async (): Promise<void> => {
    const links = [...cutLinks(active).values()];
    const refused = refusedLinks(active);
    await parts.onCut?.(links.filter((link) => !refused.has(linkKey(...link))));
    await parts.rules.write(links.filter((link) => !refused.has(linkKey(...link))));
    await parts.ways?.refuse([...refused.values()]);
  };
  const set = (next: Active<LinkParams>): Promise<void> => {
    active = next;
    // one after the other: of two nft processes at once the older set could be written last
    const written = writing.then(write);
    writing = written.catch(() => {});
    return written;
  };
  return {
    plan: (id, params) => ({
      id,
      kind: parts.rules.kind,
      nodes: [...new Set(params.links.flat())].filter((end): end is NodeId => end !== 'clients'),
      params: params as unknown as Change['params'],
      undo:
        params.by === 'reject' && parts.ways ? { ...(parts.rules.undo as Readonly<Record<string, Value>>), refusing: parts.ways.namespaces } : parts.rules.undo,
    }),
    apply: async (change) => {
      const { by, links } = paramsOf(change);
      await set(activate(active, change.id, paramsOf(change)));
      // the cut first: who dials again at once finds it
      if (by === 'reset') await parts.ways?.breakConnections(links);
    },
    undo: (change) => set(retire(active, change.id)),
    probe: async (change, expect) => {
      const cut = (changes: Active<LinkParams>): ReadonlyMap<string, unknown> => cutLinks(changes);
      const byOthers = cut(retire(active, change.id));
      const now = cut(active);
      const links = [...cutLinks(new Map([[change.id, paramsOf(change)]])).values()];
      // some of the links may still be cut by others: those prove nothing about this change's end
      const measured = expect === 'applied' ? links : links.filter((link) => !byOthers.has(linkKey(...link)));
      const controls = untouchedLinks(parts.nodes, measured, (from, to) => now.has(linkKey(from, to)) || now.has(linkKey(to, from)));
      const patience = expect === 'undone' && !active.has(change.id) ? RECOVERY : SILENCE;
      const counted = judge(await parts.witnesses.measure(measured, controls, patience), expect);
      const { by } = paramsOf(change);
      if (by === undefined) return counted;
      const { keep, look } = parts.witnesses;
      if (expect === 'undone' || look === undefined) {
        if (!active.has(change.id)) await keep?.call(parts.witnesses, measured);
        return counted;
      }
      const shown = links.filter((link) => !byOthers.has(linkKey(...link)));
      return bothHold(judgeLooks(by, await look.call(parts.witnesses, shown, controls, ms(LOOK_MS))), counted);
    },
  };
}

function paramsOf(change: Change): LinkParams {
  return change.params as unknown as LinkParams;
}
