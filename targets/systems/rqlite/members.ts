/** What members say of themselves, asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { type Api, openApi } from './api.ts';
import { HTTP_PORT } from './ports.ts';

export interface MemberStatus {
  readonly node: NodeId;
  readonly leads: boolean;
  /** The id of the node that it takes for the leader; empty: none. */
  readonly leader: string;
  readonly term: number;
  readonly appliedIndex: number;
  /** How many voting members it knows. */
  readonly voters: number;
}

/** Whether every member says that it is ready. */
export async function allReady(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const ready = await Promise.all(cluster.nodes.map((node) => ask(node, (api) => api.ready(signal)).catch(() => false)));
  return ready.every(Boolean);
}

/** The status of each member that answers. */
export async function memberStatuses(cluster: Cluster, signal: AbortSignal): Promise<MemberStatus[]> {
  const asked = await Promise.allSettled(cluster.nodes.map((node) => statusOf(node, signal)));
  return asked.filter((each) => each.status === 'fulfilled').map((each) => each.value);
}

async function statusOf(node: Node, signal: AbortSignal): Promise<MemberStatus> {
  const { store } = (await ask(node, (api) => api.status(signal))) as {
    store?: {
      leader?: { node_id?: string };
      nodes?: readonly { suffrage?: string }[];
      raft?: { state?: string; term?: number; applied_index?: number };
    };
  };
  return {
    node: node.id,
    leads: store?.raft?.state === 'Leader',
    leader: store?.leader?.node_id ?? '',
    term: store?.raft?.term ?? 0,
    appliedIndex: store?.raft?.applied_index ?? 0,
    voters: (store?.nodes ?? []).filter(({ suffrage }) => suffrage === 'Voter').length,
  };
}

async function ask<T>(node: Node, question: (api: Api) => Promise<T>): Promise<T> {
  const api = openApi(node.address(HTTP_PORT, 'control'));
  try {
    return await question(api);
  } finally {
    api.close();
  }
}
