/**
 * Cuts by a table of ours in each node's own network namespace, where there is no switch of ours between the nodes
 * (containers). Who hears is who drops: a cut from a to b stands in the table of b, by all addresses of a; what goes to
 * clients is dropped where it leaves. A node's table is written whole, in one transaction, the tables of all nodes at
 * the same time.
 */
import type { LinkEnd, NodeId, Undo } from '../../../harness/contracts/index.ts';
import { type CutRules, TABLE } from './cut-script.ts';
import { namespaceExists, nft } from './nft.ts';
import { undoRefusals } from './refusal.ts';

const NODE_LINKS = 'nft.node-links';

/** What a journal line names: the namespaces whose tables are to go. */
interface NodeTablesUndo {
  readonly namespaces: readonly string[];
  /** Those whose tables of refusals are to go. */
  readonly refusing?: readonly string[];
}

export type DirectedLinks = readonly (readonly [LinkEnd, LinkEnd])[];

/** Rules in the nodes' namespaces. `addressesOf` gives all addresses of an end, on all its networks. */
export function nodeTables(nodes: readonly NodeId[], namespaceOf: (node: NodeId) => string, addressesOf: (end: LinkEnd) => readonly string[]): CutRules {
  const written = new Map<NodeId, string>();
  return {
    kind: NODE_LINKS,
    undo: { namespaces: nodes.map(namespaceOf) } satisfies NodeTablesUndo,
    async write(links) {
      const results = await Promise.allSettled(
        nodes.map(async (node) => {
          const script = nodeTableScript(node, links, addressesOf);
          if ((written.get(node) ?? UNCUT) === script) return;
          // what becomes of a script that failed is not known
          written.set(node, 'unknown');
          await nft(namespaceOf(node), script);
          written.set(node, script);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** Takes our table away, whether or not it is there: a table that is not is made first, so that deleting it succeeds. */
const UNCUT = `table inet ${TABLE}\ndelete table inet ${TABLE}\n`;

/** The table of one node with these cuts and no others: pure. Where nothing of it is cut there is no table. */
export function nodeTableScript(node: NodeId, links: DirectedLinks, addressesOf: (end: LinkEnd) => readonly string[]): string {
  const heard = links.filter(([, to]) => to === node).flatMap(([from]) => addressesOf(from));
  const said = links.filter(([from, to]) => from === node && to === 'clients').flatMap(([, to]) => addressesOf(to));
  if (heard.length === 0 && said.length === 0) return UNCUT;
  return [
    `${UNCUT}table inet ${TABLE} {`,
    // before connections are tracked for the filters of whoever made the container
    ...chain('input', 'saddr', heard),
    ...chain('output', 'daddr', said),
    '}',
    '',
  ].join('\n');
}

function chain(hook: 'input' | 'output', field: 'saddr' | 'daddr', addresses: readonly string[]): readonly string[] {
  const rule = (family: 'ip' | 'ip6', own: readonly string[]): readonly string[] =>
    own.length === 0 ? [] : [`    ${family} ${field} { ${[...new Set(own)].sort().join(', ')} } drop`];
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority -150; policy accept;`,
    ...rule(
      'ip',
      addresses.filter((address) => !address.includes(':')),
    ),
    ...rule(
      'ip6',
      addresses.filter((address) => address.includes(':')),
    ),
    '  }',
  ];
}

/** Undoing without a live run. Idempotent: a namespace that is gone took its table along. */
export const undoNodeTables: Undo = async (change) => {
  await undoRefusals((change.undo as unknown as NodeTablesUndo).refusing ?? []);
  for (const namespace of (change.undo as unknown as NodeTablesUndo).namespaces) {
    if (!namespaceExists(namespace)) continue;
    try {
      await nft(namespace, UNCUT);
    } catch (error) {
      // it may have gone while we spoke
      if (namespaceExists(namespace)) throw error;
    }
  }
};
