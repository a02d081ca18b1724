/** The control `links` by nft: what is cut is the union of the active changes, written whole; proof comes from the witnesses. */
import type { Change, Control, LinkEnd, LinkParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Active, activate, cutLinks, linkKey, retire } from '../desired-state.ts';
import { judge, untouchedLinks } from '../link-proxy/links-control.ts';
import { type CutRules, cutScript } from './cut-script.ts';
import { nft } from './nft.ts';
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
  readonly witnesses: Pick<Witnesses, 'measure'>;
}

/** What a journal line names: the namespace whose table is to go. */
export interface NftLinksUndo {
  readonly namespace: string;
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
    await parts.onCut?.(links);
    await parts.rules.write(links);
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
      undo: parts.rules.undo,
    }),
    apply: (change) => set(activate(active, change.id, paramsOf(change))),
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
      return judge(await parts.witnesses.measure(measured, controls, patience), expect);
    },
  };
}

function paramsOf(change: Change): LinkParams {
  return change.params as unknown as LinkParams;
}
