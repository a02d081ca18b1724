/** What anomalies of isolation are called, mean to a person, and are in Adya's notation. */
import type { AnomalyTerms } from '../catalogue.ts';

const CYCLES: Readonly<Record<string, AnomalyTerms>> = {
  G0: {
    title: 'Writes in opposite orders',
    meaning: 'The writes of transactions are interleaved: each overwrote the other.',
    formal: 'G0: a cycle of write dependencies (ww)',
  },
  G1c: {
    title: 'Circular information flow',
    meaning: 'Each transaction depends on what the other wrote.',
    formal: 'G1c: a cycle of write and read dependencies (ww, wr)',
  },
  'G-single-item': {
    title: 'Read skew',
    meaning: 'A transaction saw part of what another had written, and missed the rest.',
    formal: 'G-single: exactly one edge of the cycle is an anti-dependency (rw)',
  },
  'G-nonadjacent-item': {
    title: 'Long fork',
    meaning: 'Transactions saw the same writes in different orders: no sequence of snapshots explains them.',
    formal: 'G-nonadjacent: a cycle with anti-dependencies (rw), no two in a row',
  },
  'G2-item': {
    title: 'Write skew',
    meaning: 'Each transaction missed what the next one wrote, so that none can be first.',
    formal: 'G2-item: a cycle with two anti-dependencies (rw) in a row',
  },
  'G-single': {
    title: 'Read skew by a predicate',
    meaning: 'A transaction saw part of what another had written, and missed rows that it had changed too.',
    formal: 'G-single: exactly one edge of the cycle is an anti-dependency, of a predicate (rwp)',
  },
  'G-nonadjacent': {
    title: 'Long fork by predicates',
    meaning: 'Transactions that looked for rows saw the same writes in different orders: no sequence of snapshots explains them.',
    formal: 'G-nonadjacent: a cycle with anti-dependencies (rw, rwp), no two in a row',
  },
  G2: {
    title: 'Write skew by a predicate',
    meaning: 'Each transaction looked for rows and missed those that the next one changed, so that none can be first.',
    formal: 'G2: a cycle with two anti-dependencies in a row, among them one of a predicate (rwp)',
  },
  'G-update': {
    title: 'Updates in no order',
    meaning: 'The transactions that write have no serial order that also explains one that only reads.',
    formal: 'G-update: a cycle with at most one transaction that only reads',
  },
  'no-serial-order': {
    title: 'No serial order',
    meaning: 'Whichever of the writes to each key came first, no serial order explains what was read.',
    formal: 'every order of versions closes a cycle of wr, ww and rw',
  },
  'no-snapshot-order': {
    title: 'No order of snapshots',
    meaning: 'Whichever of the writes to each key came first, no order of snapshots and commits explains what was read.',
    formal: 'every order of versions closes a cycle of starts and commits',
  },
  'no-update-order': {
    title: 'No serial order of updates',
    meaning: 'Whichever of the writes to each key came first, no serial order of the transactions that write explains what they, and one that only reads, saw.',
    formal: 'every order of versions closes a cycle of wr, ww and rw with at most one transaction that only reads',
  },
  'no-prefix-order': {
    title: 'No order of commits',
    meaning: 'Whichever of the writes to each key came first, the transactions did not all read what was committed up to one moment.',
    formal: 'every order of versions closes a cycle of starts and commits, of which writers of one key may overlap',
  },
  'no-parallel-order': {
    title: 'No order of causes',
    meaning: 'Whichever of the writes to each key came first, a transaction missed a write on which something that it saw depends.',
    formal: 'every order of versions closes a cycle with at most one anti-dependency',
  },
};

const OTHERS: Readonly<Record<string, AnomalyTerms>> = {
  G1a: {
    title: 'Aborted read',
    meaning: 'A transaction saw what a failed transaction had written. A failure must mean that nothing happened.',
    formal: 'G1a: r observes a version written by an aborted transaction',
  },
  G1b: {
    title: 'Intermediate read',
    meaning: 'A transaction saw a value that another one replaced before it was done.',
    formal: 'G1b: r observes a version that is not the final one of its writer',
  },
  'dirty-update': {
    title: 'Dirty update',
    meaning: 'A transaction built on what a failed transaction had written.',
    formal: 'w(x, aborted) ≪ w(x, committed)',
  },
  'lost-update': {
    title: 'Lost update',
    meaning: 'Two transactions read the same version and both replaced it: one update did not take the other into account.',
    formal: 'P4: r₁(x, v), r₂(x, v), w₁(x), w₂(x), both committed',
  },
  'predicate-read-miss': {
    title: 'Predicate read that misses a row',
    meaning: 'A transaction looked for rows and did not find one that matched all the time.',
    formal: 'every version of x matches P, and r(P) does not return x',
  },
  internal: {
    title: 'Internal inconsistency',
    meaning: 'A transaction contradicts itself: a read differs from what it had read or written before.',
    formal: 'r(x) differs from the last access to x in the same transaction',
  },
  'future-read': {
    title: 'Future read',
    meaning: 'A transaction saw what it wrote only later itself.',
    formal: 'r(x, v) precedes w(x, v) in the same transaction',
  },
  'thin-air-read': { title: 'Value from nowhere', meaning: 'A value was read that nobody ever wrote.', formal: 'r observes v; no transaction writes v' },
  'duplicate-elements': {
    title: 'Duplicate elements',
    meaning: 'A list holds an element more often than it was appended.',
    formal: 'the multiplicity of e in r(x) exceeds 1',
  },
  'incompatible-order': {
    title: 'Incompatible orders',
    meaning: 'Two reads of one list disagree about the order of its elements: neither is the beginning of the other.',
    formal: 'neither r₁(x) nor r₂(x) is a prefix of the other',
  },
  'lost-append': {
    title: 'Lost append',
    meaning: 'An acknowledged append was never seen, although a later one was.',
    formal: 'ret(append e) < call(append f); f is read, e never',
  },
  'reordered-appends': {
    title: 'Reordered appends',
    meaning: 'Two appends of one transaction took effect the other way round, or the first of them not at all.',
    formal: 'a(x, e) before a(x, f) in one transaction, e ∉ the part of r(x) before f',
  },
  'non-monotonic-read': {
    title: 'Non-monotonic read',
    meaning: 'A process no longer saw what it had already seen.',
    formal: 'r₁(x) ∋ e, then r₂(x) ∌ e in one session',
  },
  'missed-own-write': {
    title: 'Own write missed',
    meaning: 'A process did not see what it had written itself.',
    formal: 'w(x, e), then r(x) ∌ e in one session',
  },
  'non-monotonic-write': {
    title: 'Non-monotonic write',
    meaning: 'Writes of one process took effect in another order.',
    formal: 'w₁ before w₂ in the session, w₂ ≪ w₁',
  },
  'write-before-read': {
    title: 'Write before what was read',
    meaning: 'A write came before what its process had already read.',
    formal: 'r(x) ∋ e before w in the session, w ≪ e',
  },
  'fractured-read': { title: 'Fractured read', meaning: 'A transaction saw some of the effects of another one, not all.', formal: 'wr(T₁, T₂) and rw(T₂, T₁)' },
  'fractured-view': {
    title: 'Fractured view',
    meaning: 'Having seen an effect of a transaction, another one then missed the rest.',
    formal: 'wr(T₁, T₂) on an earlier read than rw(T₂, T₁)',
  },
  'causal-miss': {
    title: 'Effect without its cause',
    meaning: 'A transaction saw an effect, and missed what had led to it.',
    formal: 'one rw closes a cycle of wr and session order',
  },
  'long-fork': {
    title: 'No common prefix',
    meaning: 'Transactions saw states of which none is the beginning of the other.',
    formal: 'a cycle of starts and commits',
  },
  'sequential-cycle': {
    title: 'Not sequential, operation by operation',
    meaning: 'No order of the single operations keeps the order of every process.',
    formal: 'a cycle of operations by ww, wr, rw and process order',
  },
  'stale-operation': {
    title: 'Not linearizable, operation by operation',
    meaning: 'No order of the single operations keeps real time.',
    formal: 'a cycle of operations by ww, wr, rw and real time',
  },
};

/** Undefined for what is no anomaly of isolation. */
export function isolationTerms(type: string): AnomalyTerms | undefined {
  const [, base = type, order] = /^(.*?)(?:-(process|realtime))?$/.exec(type) ?? [];
  const cycle = CYCLES[base];
  if (cycle === undefined) return OTHERS[type];
  if (order === undefined) return cycle;
  const [where, notation] = order === 'realtime' ? ['in real time', 'real-time'] : ['within a session', 'session'];
  return { title: `${cycle.title} ${where}`, meaning: cycle.meaning, formal: `${cycle.formal}, closed by ${notation} order` };
}
