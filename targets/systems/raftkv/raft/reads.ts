/**
 * Read-index reads (Ongaro's thesis, §6.4). A leader that has committed an entry of its own term knows every
 * committed entry; a majority that answers a round of heartbeats begun after a read arrived proves that no other
 * leader had committed anything by then. Reads that arrive during a round share the next one.
 */
import { sendEmpty } from './replication.ts';
import type { RaftState } from './state.ts';

/** Starts a round for the reads that wait, unless one is under way or nothing of this term is committed. */
export function startReadRound(state: RaftState): void {
  if (state.role !== 'leader' || state.readRound !== undefined || state.waitingReads.length === 0) return;
  if (state.log.termAt(state.commit) !== state.term) return;
  const reads = state.waitingReads;
  state.waitingReads = [];
  if (state.config.bug === 'stale-leader-read' || state.isQuorum(() => false)) {
    state.confirmedReads.push({ index: state.commit, reads });
    return;
  }
  state.round++;
  state.readRound = { round: state.round, index: state.commit, reads };
  for (const [peer, follower] of state.followers) sendEmpty(state, peer, follower);
}

/** Confirms the reads of the round that is under way when a majority has answered it. */
export function finishReadRound(state: RaftState): void {
  const { readRound } = state;
  if (readRound === undefined) return;
  if (!state.isQuorum((member) => (state.followers.get(member)?.round ?? -1) >= readRound.round)) return;
  state.confirmedReads.push(readRound);
  state.readRound = undefined;
}
