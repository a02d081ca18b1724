/** What clients and the control position ask of a node, and what it answers. All of it is JSON. */
import type { NodeId } from '../../../harness/contracts/index.ts';
import type { MemberChange, Members } from './raft/members.ts';
import type { Command } from './raft/messages.ts';
import type { Role } from './raft/state.ts';
import type { Answer, Query } from './state-machine.ts';

export type Request =
  | { readonly type: 'status' }
  /** Opens a session; the answer's value is its id. A repeat may open another one, which is then never used. */
  | { readonly type: 'open'; readonly client: string }
  /** A repeat carries the same session and sequence number, and gets the same answer. */
  | { readonly type: 'command'; readonly session: number; readonly sequence: number; readonly command: Command }
  | { readonly type: 'read'; readonly query: Query }
  /** Who are members, by a majority of them: the answer's value is a `MembersAnswer`. */
  | { readonly type: 'members' }
  /** Answered once the change is committed. */
  | { readonly type: 'change-members'; readonly change: MemberChange };

export type MembersAnswer = Pick<Members, 'voters' | 'learners'> & {
  /** False while a change is under way. */
  readonly settled: boolean;
};

export type Reply =
  | { readonly ok: Answer }
  /** Certainly not in the log by this request. */
  | { readonly error: 'not-leader'; readonly leader: NodeId | null }
  /** It may be in the log, and may be applied at any time. */
  | { readonly error: 'leadership-lost' }
  | { readonly error: 'superseded' }
  | { readonly error: 'no-session' }
  /** A change of members that was not begun. */
  | { readonly error: 'refused'; readonly why: string };

export type Status = {
  readonly node: NodeId;
  /** As which member it runs. */
  readonly member: NodeId;
  readonly role: Role;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
};
