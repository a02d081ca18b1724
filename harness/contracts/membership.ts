/** Who is a member of a system, and how that is changed: by the system's own means, whatever the host. */
import type { Cluster } from './cluster.ts';
import type { NodeId, Value } from './value.ts';

/** One of those that the cluster says it is made of. */
export interface Member {
  /** Of one life: a node that was removed, wiped and has joined again is another member. */
  readonly id: string;
  readonly node: NodeId;
  readonly role: 'voter' | 'learner';
}

/** What the cluster says of its members, by agreement and not by the memory of whoever is asked. */
export interface MemberList {
  readonly members: readonly Member[];
  /** False while a change is under way that may or may not come about. */
  readonly settled: boolean;
}

/** A request that was answered. One without an answer rejects: it may take effect, now or later. */
export type MemberAnswer = { readonly type: 'done' } | { readonly type: 'refused'; readonly why: string };

/** What one cluster can be asked, from the control position. Every promise ends with its signal. */
export interface MemberVerbs {
  /** Rejects where nobody can say. */
  list(signal: AbortSignal): Promise<MemberList>;
  /** At once where the system can. */
  remove(members: readonly Member[], signal: AbortSignal): Promise<MemberAnswer>;
  /** Announces a new member on that node; it is not started. */
  add(node: NodeId, role: Member['role'], signal: AbortSignal): Promise<MemberAnswer>;
  promote(member: Member, signal: AbortSignal): Promise<MemberAnswer>;
  /** Ends what runs on the member's node, wipes it, and starts it as that member. */
  begin(member: Member, list: MemberList, signal: AbortSignal): Promise<void>;
  /** Whether that very member answers, and follows a leader or leads. */
  serves(member: Member, signal: AbortSignal): Promise<boolean>;
}

export interface Membership<P> {
  readonly roles: readonly Member['role'][];
  /** How long a change takes, at most, where nothing hinders it. Milliseconds. */
  readonly patienceMs: number;
  /** How long a request without an answer may still take effect while the list is settled. Milliseconds. */
  readonly unansweredMs: number;
  /** Where nodes cannot be started as other members than before. */
  readonly notOn: readonly string[];
  verbs(cluster: Cluster, provisioned: Value, options: P): MemberVerbs;
}
