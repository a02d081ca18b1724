/**
 * Log replication and the commit rule (Raft §5.3, §5.4.2). One append is under way per follower; it carries what has
 * gathered. A leader sends only what is on its own disk: nobody ever has an entry that its leader could forget.
 */
import type { NodeId, Ns } from '../../../../harness/contracts/index.ts';
import { quorumValue } from './members.ts';
import type { Payload, RaftMessage } from './messages.ts';
import type { Follower, RaftState } from './state.ts';

/** How much more than a voter a learner is sent at once. */
const LEARNER_BATCH = 16;

type Append = Extract<RaftMessage, { type: 'append' }>;
type Appended = Extract<RaftMessage, { type: 'appended' }>;

/** Takes up leadership with an entry of its own term: only that lets it commit, and answer reads. */
export function becomeLeader(state: RaftState): void {
  state.role = 'leader';
  state.leader = state.config.self;
  state.followers.clear();
  followMembers(state);
  heartbeat(state);
  propose(state, { kind: 'no-op' });
}

/** Keeps an account of every other member, and of nobody else. */
function followMembers(state: RaftState): void {
  const { others, followers } = state;
  for (const peer of followers.keys()) if (!others.includes(peer)) followers.delete(peer);
  for (const peer of others) {
    if (!followers.has(peer)) followers.set(peer, { next: state.log.lastIndex + 1, match: 0, sentAt: undefined, heardAt: state.now, round: 0 });
  }
}

/** Puts a payload at the end of the leader's log; gives its index. */
export function propose(state: RaftState, payload: Payload): number {
  state.appendEntries([{ term: state.term, payload }]);
  if (payload.kind === 'members') followMembers(state);
  return state.log.lastIndex;
}

/** Sends what has come to the leader's disk to every follower that waits for nothing. */
export function replicate(state: RaftState): void {
  for (const [peer, follower] of state.followers) {
    if (follower.sentAt === undefined && follower.next <= state.durableIndex) sendAppend(state, peer, follower);
  }
}

/** Sends to every follower, whatever is under way: what was lost is repeated by this. */
export function heartbeat(state: RaftState): void {
  state.heartbeatDeadline = (state.now + state.config.heartbeat) as Ns;
  for (const [peer, follower] of state.followers) {
    const underWay = follower.sentAt !== undefined && state.now - follower.sentAt < state.config.heartbeat;
    if (underWay) sendEmpty(state, peer, follower);
    else sendAppend(state, peer, follower);
  }
}

/** Entries that are under way are not sent a second time by a heartbeat that only wants to be answered. */
export function sendEmpty(state: RaftState, to: NodeId, follower: Follower): void {
  const previousIndex = Math.min(follower.match, follower.next - 1);
  state.send(to, { type: 'append', ...head(state, previousIndex), entries: [] });
}

function sendAppend(state: RaftState, to: NodeId, follower: Follower): void {
  const previousIndex = follower.next - 1;
  // whoever has no vote yet begins with nothing, and nobody waits for its answers
  const limit = state.members.learners.includes(to) ? state.config.appendLimit * LEARNER_BATCH : state.config.appendLimit;
  const entries = state.log.slice(follower.next, Math.min(limit, state.durableIndex - previousIndex));
  const expectsProgress = entries.length > 0 || follower.match < previousIndex;
  if (expectsProgress) follower.sentAt = state.now;
  state.send(to, { type: 'append', ...head(state, previousIndex), entries });
}

function head(state: RaftState, previousIndex: number): Omit<Append, 'type' | 'entries'> {
  return { term: state.term, previousIndex, previousTerm: state.log.termAt(previousIndex), commit: state.commit, round: state.round };
}

/** A leader's append or heartbeat. */
export function onAppend(state: RaftState, from: NodeId, message: Append): void {
  const { previousIndex, round } = message;
  if (message.term < state.term) {
    state.send(from, { type: 'appended', term: state.term, accepted: false, previousIndex, index: 0, round });
    return;
  }
  state.becomeFollower(message.term, from);
  state.leaderHeardAt = state.now;
  state.resetElectionTimer();
  if (state.log.termAt(previousIndex) !== message.previousTerm) {
    state.send(from, { type: 'appended', term: state.term, accepted: false, previousIndex, index: retryAt(state, previousIndex), round });
    return;
  }
  takeEntries(state, message);
  const index = previousIndex + message.entries.length;
  state.commit = Math.max(state.commit, Math.min(message.commit, index));
  state.sendDurably(from, { type: 'appended', term: state.term, accepted: true, previousIndex, index, round });
}

/** Where the logs may agree: behind this log's end, or before the run of entries of the term that differs. */
function retryAt(state: RaftState, previousIndex: number): number {
  if (previousIndex > state.log.lastIndex) return state.log.lastIndex + 1;
  return state.log.firstOfTermAt(previousIndex);
}

/** Keeps what agrees, drops what differs and all behind it. */
function takeEntries(state: RaftState, message: Append): void {
  let skip = 0;
  while (skip < message.entries.length && state.log.termAt(message.previousIndex + 1 + skip) === message.entries[skip]!.term) skip++;
  if (skip === message.entries.length) return;
  const first = message.previousIndex + 1 + skip;
  if (first <= state.log.lastIndex) state.truncateFrom(first);
  state.appendEntries(message.entries.slice(skip));
}

/** A follower's answer. */
export function onAppended(state: RaftState, from: NodeId, message: Appended): void {
  if (message.term > state.term) {
    state.becomeFollower(message.term, undefined);
    return;
  }
  const follower = state.followers.get(from);
  if (state.role !== 'leader' || message.term !== state.term || follower === undefined) return;
  follower.heardAt = state.now;
  follower.round = Math.max(follower.round, message.round);
  if (message.accepted) {
    if (message.index > follower.match || message.index >= follower.next) follower.sentAt = undefined;
    follower.match = Math.max(follower.match, message.index);
    follower.next = Math.max(follower.next, message.index + 1);
    advanceCommit(state);
  } else if (message.previousIndex === follower.next - 1) {
    follower.next = Math.max(1, Math.min(message.index, follower.next - 1));
    sendAppend(state, from, follower);
    return;
  }
  if (follower.sentAt === undefined && follower.next <= state.durableIndex) sendAppend(state, from, follower);
}

/** The highest index that a majority has on disk is committed, if it is of this term; with it, all before it. */
export function advanceCommit(state: RaftState): void {
  const index = quorumValue(state.members, (member) => (member === state.config.self ? state.durableIndex : (state.followers.get(member)?.match ?? 0)));
  if (index <= state.commit) return;
  if (state.config.bug !== 'commit-old-term' && state.log.termAt(index) !== state.term) return;
  state.commit = index;
  afterMembersCommitted(state);
}

/** The joint configuration is followed by the new one; once that is committed, a leader that is no member any more steps down. */
function afterMembersCommitted(state: RaftState): void {
  if (state.role !== 'leader' || state.membersIndex > state.commit) return;
  const { voters, learners, outgoing } = state.members;
  if (outgoing !== undefined) {
    propose(state, { kind: 'members', members: { voters, learners } });
  } else if (!voters.includes(state.config.self)) {
    // the others learn what is committed, so that whoever leads next has nothing to find out
    heartbeat(state);
    state.becomeFollower(state.term, undefined);
    state.resetElectionTimer();
  }
}
