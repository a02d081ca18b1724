/**
 * How a leader begins a change of members (Raft §6; Ongaro's thesis, §4.3): the joint configuration takes effect as soon as
 * it is in the log. How it goes on, once that is committed, is a part of committing.
 */
import { changed, type MemberChange, type Members, sameVoters } from './members.ts';
import { propose } from './replication.ts';
import type { RaftState } from './state.ts';

/** `accepted`: it is in the leader's log, and may be committed or lost with it. */
export type ChangeAnswer = 'accepted' | 'unchanged' | 'not-leader' | 'under-way' | 'term-not-begun' | 'not-caught-up';

/** How far behind a learner may be that becomes a voter, in entries. */
const CAUGHT_UP = 64;

/** Begins a change at the leader; one at a time. */
export function changeMembers(state: RaftState, change: MemberChange): ChangeAnswer {
  if (state.role !== 'leader') return 'not-leader';
  const { members } = state;
  if (members.outgoing !== undefined || state.membersIndex > state.commit) return 'under-way';
  // without an entry of its own term a leader may not know of the latest change, and two of them would not overlap (Ongaro, July 2015)
  if (state.log.termAt(state.commit) !== state.term) return 'term-not-begun';
  const next = changed(members, change);
  if (sameVoters(members, next) && next.learners.length === members.learners.length && next.learners.every((each) => members.learners.includes(each)))
    return 'unchanged';
  const promoted = next.voters.filter((member) => members.learners.includes(member));
  if (promoted.some((member) => (state.followers.get(member)?.match ?? 0) + CAUGHT_UP < state.commit)) return 'not-caught-up';
  propose(state, { kind: 'members', members: firstStep(state, members, next) });
  return 'accepted';
}

function firstStep(state: RaftState, members: Members, next: Members): Members {
  if (state.config.bug === 'no-joint-consensus' || sameVoters(members, next)) return next;
  return { ...next, outgoing: members.voters };
}
