/** Cases of Elle's own tests about which we say something else, what we say, and why: docs/elle-differences.md tells it in words. */

export interface Difference {
  readonly valid: boolean | 'unknown';
  readonly anomalies: readonly string[];
  readonly why: 'exact' | 'thin-air' | 'assumed-order' | 'either-order' | 'types' | 'seen';
}

export const ELLE_DIFFERENCES: Readonly<Record<string, Difference>> = {
  'elle.list-append-test/G-nonadjacent-test#1': { valid: false, anomalies: ['G-nonadjacent-item', 'G-single-item-process'], why: 'exact' },
  'elle.list-append-test/lost-update-test#1': { valid: false, anomalies: ['G-single-item-process', 'G2-item', 'lost-update'], why: 'exact' },
  'elle.list-append-test/sim-prefix-test#1': { valid: false, anomalies: ['G-single-item', 'G0', 'incompatible-order'], why: 'exact' },
  'elle.rw-register-test/checker-test ["Read doesn\'t return what was just been written"]#1': { valid: false, anomalies: ['thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["Read read returns what was just been written"]#1': { valid: false, anomalies: ['thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["G0"]#2': { valid: true, anomalies: [], why: 'assumed-order' },
  'elle.rw-register-test/checker-test ["G1b"]#1': { valid: true, anomalies: [], why: 'seen' },
  'elle.rw-register-test/checker-test ["G-single transaction-order"]#2': { valid: true, anomalies: [], why: 'assumed-order' },
  'elle.rw-register-test/checker-test ["G2-item transaction-order"]#2': { valid: true, anomalies: [], why: 'assumed-order' },
  'elle.rw-register-test/checker-test ["G2-item"]#1': { valid: false, anomalies: ['thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["G2-item"]#2': { valid: 'unknown', anomalies: [], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["wfr"]#1': { valid: false, anomalies: ['thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["wfr"]#2': { valid: false, anomalies: ['thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/checker-test ["cyclic version order"]#1': {
    valid: false,
    anomalies: ['causal-miss', 'missed-own-write', 'pram-cycle'],
    why: 'either-order',
  },
  'elle.rw-register-test/type-sanity#1': { valid: false, anomalies: ['thin-air-read'], why: 'types' },
  'elle.rw-register-test/lost-update-test#1': { valid: false, anomalies: ['lost-update', 'thin-air-read'], why: 'thin-air' },
  'elle.rw-register-test/scc-sort-bug-test#1': { valid: false, anomalies: ['G1c-process', 'thin-air-read'], why: 'thin-air' },
};

/** Models that Elle names and refutes only through stronger anomalies; we look for what they forbid themselves. */
export const WEAK_MODELS: ReadonlySet<string> = new Set([
  'causal-cerone',
  'prefix',
  'parallel-snapshot-isolation',
  'read-atomic',
  'update-atomic',
  'update-serializable',
  'monotonic-atomic-view',
  'monotonic-view',
  'monotonic-snapshot-read',
]);
