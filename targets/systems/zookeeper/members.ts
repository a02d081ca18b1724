/** What servers say of themselves (`srvr`, one of the four-letter words), asked from the control position, which no fault cuts. */
import { connect } from 'node:net';
import type { Address, Clock, Cluster, Node, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { CLIENT_PORT } from './ports.ts';

export interface Member {
  readonly node: NodeId;
  readonly mode: 'leader' | 'follower' | 'standalone';
  /** The number of the last transaction that it has: the epoch of its leader, and a count. */
  readonly zxid: bigint;
}

/** A server that was asked in the moment in which it starts may never answer. */
const PATIENCE = ms(1_000);

/** Those that serve, in the order of the nodes. */
export async function membersOf({ nodes, clock }: Cluster, signal: AbortSignal): Promise<readonly Member[]> {
  const asked = nodes.map((node) => memberOf(node, clock, signal).catch(() => undefined));
  return (await Promise.all(asked)).filter((member) => member !== undefined);
}

async function memberOf(node: Node, clock: Clock, signal: AbortSignal): Promise<Member | undefined> {
  const said = memberIn(await saidTo('srvr', node.address(CLIENT_PORT, 'control'), clock, signal));
  return said && { node: node.id, ...said };
}

/** Pure. Undefined where the server says that it does not serve. */
export function memberIn(said: string): Omit<Member, 'node'> | undefined {
  const mode = /^Mode: (leader|follower|standalone)$/m.exec(said)?.[1];
  const zxid = /^Zxid: (0x[0-9a-f]+)$/m.exec(said)?.[1];
  if (mode === undefined || zxid === undefined) return undefined;
  return { mode: mode as Member['mode'], zxid: BigInt(zxid) };
}

/** What a server says before it closes the connection; as far as it came where it takes its time. Rejects when it cannot be reached. */
export function saidTo(word: string, { host, port, localAddress }: Address, clock: Clock, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }), signal });
    const timer = clock.at((clock.now() + PATIENCE) as Ns, () => socket.destroy());
    let said = '';
    socket.setEncoding('latin1');
    socket.once('connect', () => socket.write(word));
    socket.on('data', (piece: string) => {
      said += piece;
    });
    socket.once('error', reject);
    socket.once('close', () => {
      timer.cancel();
      resolve(said);
    });
  });
}

/** All serve, under one leader. */
export async function allServe(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const members = await membersOf(cluster, signal);
  return members.length === cluster.nodes.length && members.filter(({ mode }) => mode !== 'follower').length === 1;
}

/** The same, and each has what its leader had a moment before. */
export async function allCaughtUp(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  if (!(await allServe(cluster, signal))) return false;
  const leader = (await membersOf(cluster, signal)).find(({ mode }) => mode !== 'follower');
  const members = await membersOf(cluster, signal);
  return leader !== undefined && members.length === cluster.nodes.length && members.every(({ zxid }) => zxid >= leader.zxid);
}
