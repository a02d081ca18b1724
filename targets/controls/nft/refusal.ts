/**
 * Links that refuse, and connections that are broken, in the nodes' own network namespaces. What is refused is so where it
 * leaves a node, or, from clients, where it arrives, since their place is not ours to put rules into. Resets and errors
 * themselves pass, or nobody would hear of them.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { DirectedLink } from '../desired-state.ts';
import { insideNamespace, namespaceExists, nft } from './nft.ts';

const run = promisify(execFile);
const TABLE = 'ordeal_refusal';

/** Takes our table away, whether or not it is there. */
const UNREFUSED = `table inet ${TABLE}\ndelete table inet ${TABLE}\n`;

export interface RefusalPlaces {
  readonly nodes: readonly NodeId[];
  namespaceOf(node: NodeId): string;
  addressOf(end: LinkEnd): string;
}

/** The ways to cut besides silence. Both reject with ORDEAL_NODE_FAILED. */
export interface CutWays {
  /** Refuses what is sent over these links, and over no others. */
  refuse(links: readonly DirectedLink[]): Promise<void>;
  /** Breaks the connections between these ends that stand now. */
  breakConnections(links: readonly DirectedLink[]): Promise<void>;
  /** Namespaces whose tables are to go when nobody is left to take them away. */
  readonly namespaces: readonly string[];
}

export function cutWays(places: RefusalPlaces): CutWays {
  const { nodes, namespaceOf, addressOf } = places;
  const written = new Map<NodeId, string>();
  return {
    namespaces: nodes.map(namespaceOf),
    async refuse(links) {
      const results = await Promise.allSettled(
        nodes.map(async (node) => {
          const script = refusalScript(node, links, addressOf);
          if ((written.get(node) ?? UNREFUSED) === script) return;
          // what becomes of a script that failed is not known
          written.set(node, 'unknown');
          await nft(namespaceOf(node), script);
          written.set(node, script);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    async breakConnections(links) {
      for (const command of breakingCommands(links, places)) {
        const [program = '', ...args] = command;
        await run(program, args).catch((cause: unknown) => {
          throw new OrdealError('ORDEAL_NODE_FAILED', { what: `${command.join(' ')}: ${messageOf(cause)}`, where: 'breaking connections', cause });
        });
      }
    },
  };
}

/** The table of one node: pure. Where nothing of it refuses there is no table. */
export function refusalScript(node: NodeId, links: readonly DirectedLink[], addressOf: (end: LinkEnd) => string): string {
  const said = links.filter(([from]) => from === node).map(([, to]) => addressOf(to));
  const heard = links.filter(([from, to]) => from === 'clients' && to === node).map(([from]) => addressOf(from));
  if (said.length === 0 && heard.length === 0) return UNREFUSED;
  return [`${UNREFUSED}table inet ${TABLE} {`, ...chain('output', 'daddr', said), ...chain('input', 'saddr', heard), '}', ''].join('\n');
}

function chain(hook: 'input' | 'output', field: 'saddr' | 'daddr', addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return [];
  const them = `ip ${field} { ${[...new Set(addresses)].sort().join(', ')} }`;
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority -150; policy accept;`,
    '    tcp flags & rst == rst accept',
    '    icmp type destination-unreachable accept',
    `    ${them} meta l4proto tcp reject with tcp reset`,
    `    ${them} reject`,
    '  }',
  ];
}

/** Pure: at both ends, since a reset does not pass a link that is cut; in our own namespace by the address that only our clients have. */
export function breakingCommands(links: readonly DirectedLink[], { namespaceOf, addressOf }: Pick<RefusalPlaces, 'namespaceOf' | 'addressOf'>): string[][] {
  const ends = new Map(links.flatMap(([one, other]) => [[`${one} ${other}`, [one, other]] as const, [`${other} ${one}`, [other, one]] as const]));
  return [...ends.values()].map(([at, away]) =>
    at === 'clients'
      ? ['ss', '-K', '-t', 'src', addressOf(at), 'dst', addressOf(away)]
      : [...insideNamespace(namespaceOf(at)), 'ss', '-K', '-t', 'dst', addressOf(away)],
  );
}

/** Undoing without a live run. Idempotent: a namespace that is gone took its table along. */
export async function undoRefusals(namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    if (!namespaceExists(namespace)) continue;
    try {
      await nft(namespace, UNREFUSED);
    } catch (error) {
      // it may have gone while we spoke
      if (namespaceExists(namespace)) throw error;
    }
  }
}
