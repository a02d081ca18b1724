/**
 * As which member a node runs. Its first life has the node's own name; wiped and started again it is another member, with
 * the number of its life behind the name, and what was said to an earlier life is not heard.
 */
import type { NodeId } from '../../../harness/contracts/index.ts';

const MARK = '.';

/** The member that a node is in that life, counted from 1. */
export function memberIn(node: NodeId, life: number): NodeId {
  return life === 1 ? node : (`${node}${MARK}${life}` as NodeId);
}

/** On which node a member runs, or ran. */
export function nodeOf(member: NodeId): NodeId {
  return member.split(MARK, 1)[0] as NodeId;
}

/** Which life of its node a member is. */
export function lifeOf(member: NodeId): number {
  return Number(member.split(MARK)[1] ?? 1);
}
