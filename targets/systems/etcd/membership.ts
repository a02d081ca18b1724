/**
 * etcd as its members are changed: `/v3/cluster/member/*` of the gateway, from the control position. A node's data lies in a
 * folder for each of its lives, so that a member that was removed and joins again begins with nothing, on any host.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, Member, MemberAnswer, MemberList, Membership, MemberVerbs, Node, NodeId, Ns, Program, Value } from '../../../harness/contracts/index.ts';
import { within } from '../../../harness/lifecycle/deadline.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Gateway, GatewayError, openGateway } from './gateway.ts';
import { EVERYTHING } from './keys.ts';
import { type MemberStatus, memberStatuses } from './members.ts';
import type { EtcdOptions } from './options.ts';
import { CLIENT_PORT, PEER_PORT } from './ports.ts';

/** As which member a node starts. */
export interface EtcdLife {
  readonly folder: string;
  /** `new`: one of those that the cluster begins with; `existing`: it has been announced to a cluster that there is. */
  readonly joins: 'new' | 'existing';
  readonly members: readonly Node[];
}

type ProgramOf = (node: Node, cluster: Cluster, provisioned: Value, options: EtcdOptions, life: EtcdLife) => Program;

/** The lives of a node: of the first, and of those behind it. */
export function dataFolderIn(node: Node, life: number): string {
  return join(node.dataDir, life === 1 ? 'etcd' : `etcd-${life}`);
}

/** One address for all peers: where every member can be reached from every other. */
export function peerUrl(member: Node): string {
  const { host, port } = member.peerAddress(PEER_PORT, member.id);
  return `http://${host}:${port}`;
}

/** Nodes that do not answer are not waited for. */
const GLANCE = ms(700);
/** What etcd gives a proposal: 5 s and two elections. */
const UNANSWERED_MS = 7_000;

export function etcdMembership(programOf: ProgramOf): Membership<EtcdOptions> {
  return {
    roles: ['voter', 'learner'],
    patienceMs: 8_000,
    unansweredMs: UNANSWERED_MS,
    // where a node is what it was made to run
    notOn: ['docker', 'ssh'],
    verbs: (cluster, provisioned, options) => new EtcdMembers(cluster, (node, life) => programOf(node, cluster, provisioned, options, life)),
  };
}

/** As the gateway writes it: what is false or empty is absent. */
interface WrittenMember {
  readonly ID: string;
  readonly peerURLs?: readonly string[];
  readonly isLearner?: boolean;
}

class EtcdMembers implements MemberVerbs {
  readonly #cluster: Cluster;
  readonly #programIn: (node: Node, life: EtcdLife) => Program;
  readonly #lives = new Map<NodeId, number>();

  constructor(cluster: Cluster, programIn: (node: Node, life: EtcdLife) => Program) {
    this.#cluster = cluster;
    this.#programIn = programIn;
  }

  async list(signal: AbortSignal): Promise<MemberList> {
    return this.#anyone(signal, async (gateway, inner) => {
      // members are listed from the memory of whoever is asked: it has seen all that was agreed on once it answers this
      await gateway.post('/v3/kv/range', { ...EVERYTHING, count_only: true }, inner);
      const { members = [] } = (await gateway.post('/v3/cluster/member/list', {}, inner)) as { members?: readonly WrittenMember[] };
      return { members: members.map((written) => this.#memberOf(written)), settled: true };
    });
  }

  async remove(members: readonly Member[], signal: AbortSignal): Promise<MemberAnswer> {
    for (const { id } of members) {
      const answer = await this.#ask('/v3/cluster/member/remove', { ID: id }, signal);
      if (answer.type === 'refused') return answer;
    }
    return { type: 'done' };
  }

  add(id: NodeId, role: Member['role'], signal: AbortSignal): Promise<MemberAnswer> {
    return this.#ask('/v3/cluster/member/add', { peerURLs: [peerUrl(this.#node(id))], isLearner: role === 'learner' }, signal);
  }

  promote({ id }: Member, signal: AbortSignal): Promise<MemberAnswer> {
    return this.#ask('/v3/cluster/member/promote', { ID: id }, signal);
  }

  async begin({ node: id }: Member, { members }: MemberList): Promise<void> {
    const node = this.#node(id);
    await node.stop('kill');
    const last = this.#lives.get(id) ?? 1;
    this.#lives.set(id, last + 1);
    const old = dataFolderIn(node, last);
    if (existsSync(old)) await rm(old, { recursive: true, force: true });
    const among = this.#cluster.nodes.filter((each) => members.some((member) => member.node === each.id));
    await node.start(this.#programIn(node, { folder: dataFolderIn(node, last + 1), joins: 'existing', members: among }));
  }

  async serves({ id, node }: Member, signal: AbortSignal): Promise<boolean> {
    const statuses = await memberStatuses({ nodes: [this.#node(node)] }, signal);
    return statuses.some(({ memberId, leader }) => memberId === id && leader !== '0');
  }

  #memberOf({ ID, peerURLs = [], isLearner = false }: WrittenMember): Member {
    const node = this.#cluster.nodes.find((each) => peerURLs.includes(peerUrl(each)));
    return { id: ID, node: node?.id ?? (peerURLs.join() as NodeId), role: isLearner ? 'learner' : 'voter' };
  }

  /** An answer that etcd gives with an error is a refusal where it says why for certain; else nobody knows. */
  async #ask(path: string, body: object, signal: AbortSignal): Promise<MemberAnswer> {
    try {
      await this.#anyone(signal, (gateway, inner) => gateway.post(path, body, inner), 'once');
      return { type: 'done' };
    } catch (error) {
      if (error instanceof GatewayError && isRefusal(error)) return { type: 'refused', why: error.message };
      throw error;
    }
  }

  /** Asks voters that serve, one after the other until one answers; `once`: only the first of them. */
  async #anyone<T>(
    signal: AbortSignal,
    ask: (gateway: Gateway, signal: AbortSignal) => Promise<T>,
    how: 'until-answered' | 'once' = 'until-answered',
  ): Promise<T> {
    const { clock } = this.#cluster;
    const statuses = await this.#statuses(signal);
    const leading = statuses.filter(({ leader, memberId }) => leader === memberId);
    const nodes = [...leading, ...statuses.filter((status) => !leading.includes(status) && status.leader !== '0')].map(({ node }) => this.#node(node));
    let last: unknown = new Error('nobody leads');
    for (const node of how === 'once' ? nodes.slice(0, 1) : nodes) {
      const gateway = openGateway(node.address(CLIENT_PORT, 'control'));
      try {
        return await within(clock, how === 'once' ? ms(UNANSWERED_MS) : GLANCE, `asking ${node.id}`, (inner) => ask(gateway, inner), signal);
      } catch (error) {
        last = error;
      } finally {
        gateway.close();
      }
    }
    throw last;
  }

  /** Of those that answer soon. */
  async #statuses(signal: AbortSignal): Promise<readonly MemberStatus[]> {
    const glance = new AbortController();
    const timer = this.#cluster.clock.at((this.#cluster.clock.now() + GLANCE) as Ns, () => glance.abort());
    try {
      return await memberStatuses(this.#cluster, AbortSignal.any([signal, glance.signal]));
    } finally {
      timer.cancel();
    }
  }

  #node(id: NodeId): Node {
    return this.#cluster.nodes.find((node) => node.id === id)!;
  }
}

/** gRPC codes by which etcd says that nothing was proposed: not found, exists already, failed precondition. */
const REFUSALS: readonly (number | undefined)[] = [5, 6, 9];

function isRefusal({ grpcCode, message }: GatewayError): boolean {
  return (
    REFUSALS.includes(grpcCode) ||
    /unhealthy cluster|too many learner|not a learner|in sync with leader|Peer URLs already exists|member not found/i.test(message)
  );
}
