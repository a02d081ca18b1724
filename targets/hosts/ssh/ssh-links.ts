/** Cuts by a table of ours on each node, which never touches the connection that we hold it by; and the witnesses beside the nodes. */
import type { Change, Clock, Control, LinkEnd, LinkParams, NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { CutRules } from '../../controls/nft/cut-script.ts';
import { createNftLinksControl } from '../../controls/nft/links-control.ts';
import { Witnesses } from '../../controls/nft/witnesses.ts';
import type { ControlPath, Keeper } from './keeper.ts';
import { nameOf } from './login.ts';
import { openRemoteWitness } from './remote-witness.ts';
import type { SshPlace } from './ssh-undo.ts';

type DirectedLinks = readonly (readonly [LinkEnd, LinkEnd])[];

export interface SshLinksParts {
  readonly keepers: readonly Keeper[];
  readonly table: string;
  readonly clock: Clock;
  readonly resources: AsyncDisposableStack;
  /** Where clients connect from, as all nodes see it; undefined where they come through tunnels, so that nothing can be cut. */
  readonly clients: string | undefined;
  placesOf(nodes: readonly NodeId[]): readonly SshPlace[];
}

/** The control `links`. Rejects with ORDEAL_MISSING_CAPABILITY where a node has no nft or no perl, or the exemption does not meet our connection. */
export async function openSshLinks(parts: SshLinksParts): Promise<Control<LinkParams>> {
  const { keepers, clients } = parts;
  await Promise.all(keepers.map((keeper) => requireTools(keeper)));
  await Promise.all(keepers.map((keeper) => verifyExemption(keeper, parts.table)));
  const places = keepers.map((keeper) => ({ end: keeper.node, address: keeper.address, inside: (port: number) => openRemoteWitness(keeper, port) }));
  const witnesses = await Witnesses.start(parts.clock, [
    ...places,
    ...(clients === undefined ? [] : [{ end: 'clients' as const, address: clients, inside: [] }]),
  ]);
  parts.resources.defer(() => witnesses.close());
  const control = createNftLinksControl({ nodes: keepers.map(({ node }) => node), rules: sshRules(parts), witnesses });
  return { ...control, plan: (id, params) => planned(control, clients, id, params) };
}

function planned(control: Control<LinkParams>, clients: string | undefined, id: string, params: LinkParams): Change {
  if (clients !== undefined || !params.links.flat().includes('clients')) return control.plan(id, params);
  throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what: 'clients come through ssh, which nothing may cut',
    where: '--ssh-clients',
    value: 'tunnel',
    remedy: 'Use --ssh-clients direct, where the nodes’ addresses can be reached from here.',
  });
}

function sshRules({ keepers, table, placesOf, clients }: SshLinksParts): CutRules {
  const addressOf = (end: LinkEnd): string => (end === 'clients' ? (clients ?? '') : (keepers.find(({ node }) => node === end)?.address ?? ''));
  const written = new Map<NodeId, string>();
  return {
    kind: 'ssh.links',
    undo: { places: placesOf(keepers.map(({ node }) => node)) },
    async write(links) {
      // lost control stops new cuts everywhere (rule 24); lifting them goes on
      if (links.length > 0) for (const keeper of keepers) keeper.requireControl();
      const results = await Promise.allSettled(
        keepers.map(async (keeper) => {
          const script = sshTableScript({ table, node: keeper.node, links, path: keeper.path, addressOf });
          if ((written.get(keeper.node) ?? uncutScript(table)) === script) return;
          written.set(keeper.node, 'unknown');
          await keeper.verb(['rules'], script);
          written.set(keeper.node, script);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** Takes our table away, whether or not it is there. */
const uncutScript = (table: string): string => `table inet ${table}\ndelete table inet ${table}\n`;

export interface TableRequest {
  readonly table: string;
  readonly node: NodeId;
  readonly links: DirectedLinks;
  readonly path: ControlPath;
  addressOf(end: LinkEnd): string;
}

/** The table of one node with these cuts and no others, in one transaction: pure. Where nothing of it is cut there is no table. */
export function sshTableScript({ table, node, links, path, addressOf }: TableRequest): string {
  const heard = links.filter(([, to]) => to === node).map(([from]) => addressOf(from));
  const said = links.filter(([from, to]) => from === node && to === 'clients').map(([, to]) => addressOf(to));
  if (heard.length === 0 && said.length === 0) return uncutScript(table);
  return `${uncutScript(table)}${tableText(table, path, heard, said)}`;
}

/** What comes first in both chains is the connection that we hold the node by: it is accepted before anything is dropped. */
function tableText(table: string, path: ControlPath, heard: readonly string[], said: readonly string[]): string {
  const family = path.from.includes(':') ? 'ip6' : 'ip';
  return [
    `table inet ${table} {`,
    '  chain input {',
    '    type filter hook input priority -150; policy accept;',
    `    ${family} saddr ${path.from} tcp dport ${path.port} counter accept`,
    ...drops('saddr', heard),
    '  }',
    '  chain output {',
    '    type filter hook output priority -150; policy accept;',
    `    ${family} daddr ${path.from} tcp sport ${path.port} counter accept`,
    ...drops('daddr', said),
    '  }',
    '}',
    '',
  ].join('\n');
}

function drops(field: 'saddr' | 'daddr', addresses: readonly string[]): readonly string[] {
  const of = (family: 'ip' | 'ip6', own: readonly string[]): readonly string[] =>
    own.length === 0 ? [] : [`    ${family} ${field} { ${[...new Set(own)].sort().join(', ')} } drop`];
  return [
    ...of(
      'ip',
      addresses.filter((address) => !address.includes(':')),
    ),
    ...of(
      'ip6',
      addresses.filter((address) => address.includes(':')),
    ),
  ];
}

/**
 * Before the first fault: a table with the exemption alone stands for a moment, and its counters must have met the
 * connection that asks for them, in both directions.
 */
async function verifyExemption(keeper: Keeper, table: string): Promise<void> {
  await keeper.verb(['rules'], `${uncutScript(table)}${tableText(table, keeper.path, [], [])}`);
  await keeper.run(':');
  const counted = await keeper.verb(['counted']);
  await keeper.verb(['uncut']);
  const packets = [...counted.matchAll(/counter packets (\d+)/g)].map(([, count]) => Number(count));
  if (packets.length === 2 && packets.every((count) => count > 0)) return;
  throw missing(
    keeper,
    `rules that spare our own connection (${keeper.path.from}, port ${keeper.path.port}) do not meet it`,
    'Something between changes addresses. Cut links from a machine beside the nodes.',
  );
}

async function requireTools(keeper: Keeper): Promise<void> {
  for (const [program, packageName, ask] of TOOLS) {
    const { code } = await keeper.run(`PATH=$PATH:/usr/sbin:/sbin command -v ${ask} >/dev/null`);
    if (code !== 0) throw missing(keeper, `there is no ${program}`, `Install the package ${packageName} there.`);
  }
  try {
    await keeper.verb(['uncut']);
  } catch (cause) {
    throw missing(
      keeper,
      `nft is refused: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Log in as root, or use --ssh-sudo where sudo asks for no password.',
    );
  }
}

const TOOLS = [
  ['nft', 'nftables', 'nft'],
  ['perl', 'perl-base', 'perl'],
] as const;

function missing(keeper: Keeper, what: string, remedy: string): OrdealError {
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', { what: `${nameOf(keeper.login)}: ${what}`, where: '--host ssh', value: 'net.cut', remedy });
}
