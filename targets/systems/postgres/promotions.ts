/**
 * The control `promotions`: a standby is told to be primary (pg_promote), whatever the primary thinks of it. What the standbys
 * had received is asked before and stands in the evidence. Its undo is what an operator does afterwards: whoever does not
 * follow the new primary is stopped, and begins anew as a copy of it.
 */
import { writeFile } from 'node:fs/promises';
import type { Change, Clock, Cluster, Control, Evidence, Node, NodeId, Ns, PromotionParams } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { within } from '../../../harness/lifecycle/deadline.ts';
import { ms, seconds } from '../../../harness/time/units.ts';
import { followersOf, inSession, type Member, memberOf, scalar } from './members.ts';
import { dataOf } from './server-program.ts';
import { discardMark } from './start-script.ts';

export const POSTGRES_PROMOTION = 'postgres.promotion';

/** How long a standby may take to become primary. */
const PROMOTION_SECONDS = 5;
/** Nodes that are down, or stand still, are not waited for. */
const GLANCE = ms(3_000);

interface Promoted {
  readonly node: Node;
  /** What each candidate had received, as it was asked: `n2 0/3000148`. */
  readonly seen: readonly string[];
  /** Its synchronous_standby_names, to be set again. */
  readonly waitsFor: string;
  /** Nodes that were told to begin anew, by an undo that is not done yet. */
  readonly renewed: Set<NodeId>;
}

/** Apply and undo reject with ORDEAL_NODE_FAILED, or with what a node answered. */
export function createPromotions(cluster: Cluster, start: (node: Node) => Promise<void>): Control<PromotionParams> {
  const { clock } = cluster;
  const promoted = new Map<string, Promoted>();
  return {
    plan: (id, params) => ({ id, kind: POSTGRES_PROMOTION, nodes: params.candidates, params: params as unknown as Change['params'], undo: null }),
    async apply({ id, params }) {
      const { candidates, choice, standing } = params as unknown as PromotionParams;
      const asked = cluster.nodes.filter((node) => candidates.includes(node.id) && node.state() === 'running');
      const members = await glance(clock, asked);
      // whoever does not answer may have received more
      if (choice === 'most-received' && members.length < asked.length) throw failure(`not all of ${candidates.join(', ')} say what they have received`);
      const chosen = choose(members, choice);
      if (chosen === undefined) throw failure(`none of ${candidates.join(', ')} is a standby that answers`);
      const seen = members.map(({ node, received }) => `${node.id} ${received}`);
      const waitsFor = String(await askNode(clock, chosen.node, GLANCE, 'SHOW synchronous_standby_names'));
      // known before it is told: an order that is not answered in time may be obeyed all the same
      promoted.set(id, { node: chosen.node, seen, waitsFor, renewed: new Set() });
      if (standing === 'alone') await waitFor(clock, chosen.node, '');
      await promote(clock, chosen.node);
    },
    async undo({ id }) {
      const mine = promoted.get(id);
      if (mine === undefined) return;
      // whoever was promoted last is the one to follow
      const { node: primary } = [...promoted.values()].at(-1)!;
      if (await isPrimary(clock, primary)) await renewStrays(cluster, primary, mine.renewed, start);
      await waitFor(clock, mine.node, mine.waitsFor);
    },
    async probe({ id }, expect) {
      const mine = promoted.get(id);
      if (mine === undefined) return { holds: expect === 'undone', independent: true, measured: 'nobody was promoted' };
      return expect === 'applied' ? provePromoted(cluster, mine) : proveAlone(cluster);
    },
  };
}

/** Those that answer soon. */
async function glance(clock: Clock, nodes: readonly Node[]): Promise<readonly Member[]> {
  const asked = nodes.map((node) =>
    within(clock, GLANCE, `asking ${node.id}`, (signal) => inSession(node, signal, (session) => memberOf(node, session, signal))).catch(() => undefined),
  );
  return (await Promise.all(asked)).filter((member) => member !== undefined);
}

/** The first of the standbys, or of those that have received the most. */
function choose(members: readonly Member[], choice: PromotionParams['choice']): Member | undefined {
  const standbys = members.filter(({ role }) => role === 'standby');
  if (choice === 'first') return standbys[0];
  return standbys.reduce<Member | undefined>(
    (best, each) => (best === undefined || position(each.received) > position(best.received) ? each : best),
    undefined,
  );
}

/** A place in the log as a number: PostgreSQL writes its halves in hexadecimal digits. */
function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

async function promote(clock: Clock, node: Node): Promise<void> {
  const done = await askNode(clock, node, seconds(PROMOTION_SECONDS + 1), `SELECT pg_promote(true, ${PROMOTION_SECONDS})`);
  if (done !== true) throw failure(`${node.id} was told to be primary and is not after ${PROMOTION_SECONDS} s`);
}

async function isPrimary(clock: Clock, node: Node): Promise<boolean> {
  return (await askNode(clock, node, GLANCE, 'SELECT pg_is_in_recovery()')) === false;
}

async function waitFor(clock: Clock, node: Node, names: string): Promise<void> {
  await askNode(clock, node, GLANCE, `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await askNode(clock, node, GLANCE, 'SELECT pg_reload_conf()');
}

function askNode(clock: Clock, node: Node, deadline: Ns, statement: string): Promise<unknown> {
  return within(clock, deadline, `${statement} of ${node.id}`, (signal) => inSession(node, signal, (session) => scalar(session, statement, signal)));
}

/** All that do not follow are stopped before the first of them starts: it must not copy from another one. */
async function renewStrays(cluster: Cluster, primary: Node, renewed: Set<NodeId>, start: (node: Node) => Promise<void>): Promise<void> {
  const followers = await within(cluster.clock, GLANCE, `asking ${primary.id}`, (signal) => followersOf(primary, signal));
  const strays = cluster.nodes.filter(({ id }) => id !== primary.id && !followers.has(id) && !renewed.has(id));
  const stopped = strays.filter((node) => node.state() === 'running');
  await Promise.all(
    strays.map(async (node) => {
      await writeFile(discardMark(dataOf(node)), '');
      if (stopped.includes(node)) await node.stop('kill');
    }),
  );
  // a node that somebody else keeps down begins anew when it is started
  for (const { id } of strays) renewed.add(id);
  await Promise.all(stopped.map(start));
}

async function provePromoted(cluster: Cluster, { node, seen }: Promoted): Promise<Evidence> {
  const primaries = await primariesOf(cluster);
  const measured = `received: ${seen.join(', ')}; ${node.id} was promoted; primary by their own account: ${primaries.join(', ') || 'nobody'}`;
  return { holds: primaries.includes(node.id), independent: true, measured };
}

async function proveAlone(cluster: Cluster): Promise<Evidence> {
  const primaries = await primariesOf(cluster);
  return { holds: primaries.length === 1, independent: true, measured: `primary by their own account: ${primaries.join(', ') || 'nobody'}` };
}

async function primariesOf({ clock, nodes }: Cluster): Promise<readonly NodeId[]> {
  const members = await glance(clock, nodes);
  return members.filter(({ role }) => role === 'primary').map(({ node }) => node.id);
}

function failure(what: string): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what, where: 'postgres' });
}
