/**
 * The seven switchable historical bugs of raftkv. Each is the omission of one mechanism, a few lines where `bug` is asked
 * for by its name; none draws randomness of its own (rule 32).
 */

/** By name: what is omitted, and where the same omission was seen in the world. */
export const BUGS = {
  'stale-leader-read': {
    summary: 'a leader answers reads from its own state, without confirming by a round of heartbeats that it still leads',
    seenIn: 'etcd 0.4 and Consul 0.3 default reads (Jepsen, June 2014)',
  },
  'unpersisted-vote': {
    summary: 'term and vote are kept in memory only: a node that restarts votes again in a term it has voted in',
    seenIn: 'Raft §5.1 names them persistent state; MongoDB persisted its last vote only with protocol version 1 (3.2)',
  },
  'commit-old-term': {
    summary: 'a leader commits entries of earlier terms by counting replicas, without one of its own term (Raft §5.4.2, figure 8)',
    seenIn: 'the rule that most first implementations of Raft miss; figure 8 of the paper',
  },
  'no-session-dedup': {
    summary: 'the state machine keeps no client sessions: a command that was retried is applied twice',
    seenIn: "Raft §8; etcd's v3 clients retried non-idempotent writes until etcd 3.4 (Jepsen etcd 3.4.3 discusses it)",
  },
  'unsynced-log-tail': {
    summary: 'log entries are acknowledged before they are synced: a loss of power takes the tail of the log',
    seenIn: 'etcd pull request 14400 (2022, data inconsistency) and RedisRaft without fsync (Jepsen, 2020)',
  },
  'follower-read': {
    summary: 'whichever node is asked answers reads from its own state',
    seenIn: "etcd's serializable reads, Consul's stale mode and ZooKeeper reads without sync, where they are taken for linearizable",
  },
  'no-joint-consensus': {
    summary: 'members change in one step, however many: old and new voters decide each for themselves (Raft §6)',
    seenIn: "Raft's single-server changes as first published: two leaders could each commit one without the other's (Ongaro on raft-dev, July 2015)",
  },
} as const;

export type BugName = keyof typeof BUGS;

/** The names, for schemas and campaigns. */
export const BUG_NAMES = Object.keys(BUGS) as readonly BugName[] as readonly [BugName, ...BugName[]];
