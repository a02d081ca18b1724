/** Leader election (Raft §5.2, §5.4.1; pre-vote as in Ongaro's thesis, §9.6). */
import type { NodeId, Ns } from '../../../../harness/contracts/index.ts';
import type { RaftMessage } from './messages.ts';
import { becomeLeader } from './replication.ts';
import type { RaftState } from './state.ts';

type RequestVote = Extract<RaftMessage, { type: 'request-vote' }>;
type Vote = Extract<RaftMessage, { type: 'vote' }>;

/** The election time-out has passed. */
export function campaign(state: RaftState): void {
  state.leader = undefined;
  state.resetElectionTimer();
  if (!state.mayStand) return;
  if (state.config.preVote) ask(state, 'pre-candidate');
  else stand(state);
}

/** Takes a new term and votes for itself. */
function stand(state: RaftState): void {
  state.term++;
  state.vote = state.config.self;
  state.persistState();
  ask(state, 'candidate');
}

function ask(state: RaftState, role: 'pre-candidate' | 'candidate'): void {
  const pre = role === 'pre-candidate';
  state.role = role;
  state.votes.clear();
  state.votes.add(state.config.self);
  const term = pre ? state.term + 1 : state.term;
  for (const peer of state.others) {
    state.send(peer, { type: 'request-vote', term, lastIndex: state.log.lastIndex, lastTerm: state.log.lastTerm, pre });
  }
  count(state);
}

function count(state: RaftState): void {
  if (!state.isQuorum((member) => state.votes.has(member))) return;
  if (state.role === 'pre-candidate') stand(state);
  else becomeLeader(state);
}

/** Somebody asks for this node's vote. */
export function onRequestVote(state: RaftState, from: NodeId, message: RequestVote): void {
  if (message.pre) {
    onRequestPreVote(state, from, message);
    return;
  }
  // whoever was removed and was not told must not depose whom the others follow (Ongaro's thesis, §4.2.3)
  if (hasLeader(state) && !state.others.includes(from)) {
    state.send(from, { type: 'vote', term: state.term, granted: false, pre: false });
    return;
  }
  if (message.term > state.term) state.becomeFollower(message.term, undefined);
  const granted = message.term === state.term && (state.vote === null || state.vote === from) && state.log.isCoveredBy(message.lastTerm, message.lastIndex);
  if (granted) {
    if (state.vote === null) {
      state.vote = from;
      state.persistState();
    }
    if (state.role === 'pre-candidate') state.role = 'follower';
    state.resetElectionTimer();
  }
  state.send(from, { type: 'vote', term: state.term, granted, pre: false });
}

function onRequestPreVote(state: RaftState, from: NodeId, message: RequestVote): void {
  const granted = message.term > state.term && !hasLeader(state) && state.log.isCoveredBy(message.lastTerm, message.lastIndex);
  state.send(from, { type: 'vote', term: granted ? message.term : state.term, granted, pre: true });
}

/** Leads, or has heard of a leader so lately that nobody's time-out can have passed. */
function hasLeader(state: RaftState): boolean {
  return state.role === 'leader' || state.now - state.leaderHeardAt < state.config.electionMin;
}

/** An answer to a request for a vote. */
export function onVote(state: RaftState, from: NodeId, message: Vote): void {
  if (message.pre && message.granted) {
    if (state.role !== 'pre-candidate' || message.term !== state.term + 1) return;
  } else {
    if (message.term > state.term) {
      state.becomeFollower(message.term, undefined);
      return;
    }
    if (!message.granted || message.term !== state.term || state.role !== 'candidate') return;
  }
  state.votes.add(from);
  count(state);
}

/** A leader that a majority no longer answers lets others try. */
export function checkQuorum(state: RaftState): void {
  const oldest = (state.now - state.config.quorumTimeout) as Ns;
  if (state.isQuorum((member) => (state.followers.get(member)?.heardAt ?? Number.NEGATIVE_INFINITY) >= oldest)) return;
  state.becomeFollower(state.term, undefined);
  state.resetElectionTimer();
}
