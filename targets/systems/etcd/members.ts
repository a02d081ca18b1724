/** What members say of themselves, asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { openGateway } from './gateway.ts';
import { CLIENT_PORT } from './ports.ts';

export interface MemberStatus {
  readonly node: NodeId;
  readonly memberId: string;
  readonly leader: string;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
}

/** Whether every member answers that it is healthy, which commits a proposal. */
export async function allHealthy(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const healthy = await Promise.all(
    cluster.nodes
      .map((node) => ask(node, (gateway) => gateway.get('/health', signal)).then((answer) => answer['health'] === 'true'))
      .map((asked) => asked.catch(() => false)),
  );
  return healthy.every(Boolean);
}

/** The status of each member that answers. */
export async function memberStatuses(cluster: Pick<Cluster, 'nodes'>, signal: AbortSignal): Promise<MemberStatus[]> {
  const asked = await Promise.allSettled(cluster.nodes.map((node) => statusOf(node, signal)));
  return asked.filter((each) => each.status === 'fulfilled').map((each) => each.value);
}

async function statusOf(node: Node, signal: AbortSignal): Promise<MemberStatus> {
  // int64s are strings in the gateway's JSON; what is zero is absent
  const answer = (await ask(node, (gateway) => gateway.post('/v3/maintenance/status', {}, signal))) as {
    header?: { member_id?: string };
    leader?: string;
    raftTerm?: string;
    raftAppliedIndex?: string;
  };
  return {
    node: node.id,
    memberId: answer.header?.member_id ?? '0',
    leader: answer.leader ?? '0',
    raftTerm: Number(answer.raftTerm ?? 0),
    raftAppliedIndex: Number(answer.raftAppliedIndex ?? 0),
  };
}

async function ask<T>(node: Node, question: (gateway: ReturnType<typeof openGateway>) => Promise<T>): Promise<T> {
  const gateway = openGateway(node.address(CLIENT_PORT, 'control'));
  try {
    return await question(gateway);
  } finally {
    gateway.close();
  }
}
