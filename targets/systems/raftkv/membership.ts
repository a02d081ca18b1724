/** raftkv as its members are changed: asked of whoever leads, from the control position. */
import type { Cluster, Member, MemberAnswer, MemberList, Membership, MemberVerbs, Node, NodeId, Program, Value } from '../../../harness/contracts/index.ts';
import { statuses } from './control.ts';
import { lifeOf, memberIn, nodeOf } from './member-id.ts';
import type { RaftkvOptions, RaftkvStart } from './options.ts';
import type { MembersAnswer, Reply, Request } from './protocol.ts';
import type { MemberChange } from './raft/members.ts';

/** `programOf` gives what a node runs in a life. */
export function raftkvMembership(programOf: (options: RaftkvStart) => Program): Membership<RaftkvOptions> {
  return {
    roles: ['voter', 'learner'],
    patienceMs: 4_000,
    // a list that is settled was agreed on after the request: what is not in it was lost with its leader
    unansweredMs: 0,
    notOn: [],
    verbs: (cluster, _provisioned, options) => new RaftkvMembers(cluster, (life) => programOf({ ...options, life })),
  };
}

class RaftkvMembers implements MemberVerbs {
  readonly #cluster: Cluster;
  readonly #programIn: (life: number) => Program;
  /** Which life of each node was started last; the first where none is named. */
  readonly #lives = new Map<NodeId, number>();

  constructor(cluster: Cluster, programIn: (life: number) => Program) {
    this.#cluster = cluster;
    this.#programIn = programIn;
  }

  async list(signal: AbortSignal): Promise<MemberList> {
    // all at once: whoever leads answers, and nobody waits for a node that stands still
    const asked = this.#cluster.nodes.map(async (node) => {
      const reply = await ask(node, { type: 'members' }, signal);
      if ('ok' in reply) return reply.ok.value as unknown as MembersAnswer;
      throw new Error(`${node.id}: ${reply.error}`);
    });
    const { voters, learners, settled } = await Promise.any(asked).catch(() => {
      throw new Error('nobody leads');
    });
    const of = (ids: readonly NodeId[], role: Member['role']): Member[] => ids.map((id) => ({ id, node: nodeOf(id), role }));
    return { members: [...of(voters, 'voter'), ...of(learners, 'learner')], settled };
  }

  remove(members: readonly Member[], signal: AbortSignal): Promise<MemberAnswer> {
    return this.#change({ removed: members.map(({ id }) => id as NodeId) }, signal);
  }

  /** The name is that of the next life, whatever became of an earlier announcement: it was never started. */
  add(node: NodeId, role: Member['role'], signal: AbortSignal): Promise<MemberAnswer> {
    const id = memberIn(node, (this.#lives.get(node) ?? 1) + 1);
    return this.#change(role === 'voter' ? { voters: [id] } : { learners: [id] }, signal);
  }

  promote({ id }: Member, signal: AbortSignal): Promise<MemberAnswer> {
    return this.#change({ voters: [id as NodeId] }, signal);
  }

  async begin({ id, node: name }: Member): Promise<void> {
    const node = this.#cluster.nodes.find((each) => each.id === name)!;
    const life = lifeOf(id as NodeId);
    this.#lives.set(name, life);
    await node.stop('kill');
    // the program discards what it had in earlier lives
    await node.start(this.#programIn(life));
  }

  async serves({ id, node }: Member, signal: AbortSignal): Promise<boolean> {
    const found = await statuses(this.#cluster, signal);
    const status = found.find((each) => each?.node === node);
    return status?.member === id && status.leader !== null;
  }

  async #change(change: Partial<MemberChange>, signal: AbortSignal): Promise<MemberAnswer> {
    const found = await statuses(this.#cluster, signal);
    const leader = found.filter((status) => status?.role === 'leader').sort((a, b) => b!.term - a!.term)[0];
    if (leader === undefined) return { type: 'refused', why: 'nobody leads' };
    const node = this.#cluster.nodes.find(({ id }) => id === leader.node)!;
    const reply = await ask(node, { type: 'change-members', change: { voters: [], learners: [], removed: [], ...change } }, signal);
    if ('ok' in reply) return { type: 'done' };
    if (reply.error === 'refused') return { type: 'refused', why: reply.why };
    if (reply.error === 'not-leader') return { type: 'refused', why: reply.error };
    throw new Error(reply.error);
  }
}

async function ask(node: Node, request: Request, signal: AbortSignal): Promise<Reply> {
  const channel = node.channel('control');
  try {
    return (await channel.request(request as Value, signal)) as Reply;
  } finally {
    await channel.close().catch(() => undefined);
  }
}
