/** Messages between members. What passes between first lives travels as it is; otherwise the letter says from whom and to whom. */
import type { Env, NodeId, Value } from '../../../harness/contracts/index.ts';
import { nodeOf } from './member-id.ts';
import type { RaftMessage } from './raft/messages.ts';

type Letter = { readonly from: NodeId; readonly to: NodeId; readonly message: RaftMessage };

/** Sends it to the node on which that member runs. */
export function post(env: Pick<Env, 'self' | 'send'>, from: NodeId, to: NodeId, message: RaftMessage): void {
  const node = nodeOf(to);
  // a node that was wiped is a member of its own, which the others know by another name
  if (node === env.self) return;
  const isPlain = from === env.self && to === node;
  env.send(node, (isPlain ? message : ({ from, to, message } satisfies Letter)) as Value);
}

/** What came, if it is for that member; undefined for what was sent to another life of its node. */
export function open(self: NodeId, node: NodeId, sender: NodeId, received: Value): { readonly from: NodeId; readonly message: RaftMessage } | undefined {
  const letter = received as Letter | RaftMessage;
  if ('type' in letter) return self === node ? { from: sender, message: letter } : undefined;
  return letter.to === self ? letter : undefined;
}
