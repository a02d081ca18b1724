/** What the parts of an incident say to each other, and how the first of them is asked by clients. */
import type { Env, NodeId, Value } from '../../harness/contracts/index.ts';
import type { CastOptions } from './incident.ts';

/** A client's request on its way through the system. */
export interface Order {
  /** Which request this is; carried along so that the ledger can say what an effect was for. */
  readonly intent: number;
  readonly user: number;
  readonly amount: number;
  readonly malformed?: true;
}

/** What the first node answers a client: done, certainly not done, or nobody knows. */
export type Reply = { readonly ok: Value } | { readonly refused: string } | { readonly unknown: string };

/** The node at that position, n1 being 0; the ledger is the last. */
export function nodeAt(options: Value, position: number): NodeId {
  return (options as unknown as CastOptions).nodes.at(position) as NodeId;
}

/** A message to the ledger: apply this order, under this idempotency key if any. */
export function applying({ intent, amount, user }: Order, key?: string): Readonly<Record<string, Value>> {
  return { type: 'apply', intent, payload: { user, amount }, ...(key !== undefined && { key }) };
}

/** Answers a question of another node (`PeerCalls`). */
export function answer(env: Env, to: NodeId, question: Value, value: Value): void {
  env.send(to, { type: 'answer', call: (question as { readonly call: number }).call, value });
}
