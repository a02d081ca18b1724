/** The checkers by name. A row loads its module when it is asked for; worker threads get it by reference. */
import type { Checker, ModuleRef, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';

export interface CheckerEntry {
  readonly summary: string;
  /** Module and export, with default options. */
  readonly ref: ModuleRef;
  load(): Promise<Checker>;
}

/** The reference of a module below `checkers/`: `set/set`, without its ending. */
function ref(module: string, name: string): ModuleRef {
  return { url: entryUrl(import.meta.url, `../${module}`).href, name, options: {} };
}

export const CHECKERS = {
  linearizable: {
    summary: 'every operation takes effect at one instant between its call and its return, on an object that behaves as its model says',
    ref: ref('linearizability/checker', 'linearizable'),
    load: async () => (await import('../linearizability/checker.ts')).linearizable as Checker,
  },
  isolation: {
    summary: 'transactions over lists or registers are isolated as a consistency model promises: which levels the history refutes, and which may hold',
    ref: ref('isolation/checker', 'isolation'),
    load: async () => (await import('../isolation/checker.ts')).isolation as Checker,
  },
  set: {
    summary: 'every acknowledged element of a set is still there: none lost, stale, resurrected, duplicated or unexpected',
    ref: ref('set/set', 'set'),
    load: async () => (await import('../set/set.ts')).set as Checker,
  },
  counter: {
    summary: 'every acknowledged, tagged increment counts exactly once: none lost, duplicated or from nowhere',
    ref: ref('counter/tagged-counter', 'counter'),
    load: async () => (await import('../counter/tagged-counter.ts')).counter as Checker,
  },
  'counter-bounds': {
    summary: 'every read of a counter lies between what was acknowledged and what was attempted; says how many duplicates that cannot see',
    ref: ref('counter/counter-bounds', 'counterBounds'),
    load: async () => (await import('../counter/counter-bounds.ts')).counterBounds as Checker,
  },
  'error-bound': {
    summary: 'estimates are within an error epsilon of the truth with probability delta, as far as chance can tell',
    ref: ref('error-bound/error-bound', 'errorBound'),
    load: async () => (await import('../error-bound/error-bound.ts')).errorBound as Checker,
  },
  'unique-ids': {
    summary: 'no id was handed out twice',
    ref: ref('unique-ids/unique-ids', 'uniqueIds'),
    load: async () => (await import('../unique-ids/unique-ids.ts')).uniqueIds as Checker,
  },
  'side-effects': {
    summary: 'the outside world saw each acknowledged request exactly (at most, at least) once, and nothing that nobody asked for',
    ref: ref('side-effects/side-effects', 'sideEffects'),
    load: async () => (await import('../side-effects/side-effects.ts')).sideEffects as Checker,
  },
  bank: {
    summary: 'transfers between accounts keep the total, in every read; no balance is negative, and the transfers explain each',
    ref: ref('bank/bank', 'bank'),
    load: async () => (await import('../bank/bank.ts')).bank as Checker,
  },
  capacity: {
    summary: 'never is more of a resource reserved than there is, and nothing is given back that nobody had',
    ref: ref('capacity/capacity', 'capacity'),
    load: async () => (await import('../capacity/capacity.ts')).capacity as Checker,
  },
  'idempotency-key': {
    summary: 'under one idempotency key there is one effect and one response, and another payload is refused',
    ref: ref('idempotency-key/idempotency-key', 'idempotencyKey'),
    load: async () => (await import('../idempotency-key/idempotency-key.ts')).idempotencyKey as Checker,
  },
  saga: {
    summary: 'at the end each saga has done all of its steps, or has undone those that it did',
    ref: ref('saga/saga', 'saga'),
    load: async () => (await import('../saga/saga.ts')).saga as Checker,
  },
  'two-phase-commit': {
    summary: 'all participants of a transaction decide the same, none commits what one voted against, and none is left in doubt',
    ref: ref('two-phase-commit/two-phase-commit', 'twoPhaseCommit'),
    load: async () => (await import('../two-phase-commit/two-phase-commit.ts')).twoPhaseCommit as Checker,
  },
  'bounded-staleness': {
    summary: 'reads are at most so many versions, or so long, behind what was acknowledged',
    ref: ref('register-versions/bounded-staleness', 'boundedStaleness'),
    load: async () => (await import('../register-versions/bounded-staleness.ts')).boundedStaleness as Checker,
  },
  monotonic: {
    summary: 'no session sees a register go back behind what it has read or written',
    ref: ref('register-versions/monotonic', 'monotonic'),
    load: async () => (await import('../register-versions/monotonic.ts')).monotonic as Checker,
  },
  regular: {
    summary: 'a read of a register returns what a write that overlaps it wrote, or one of the last that ended before it',
    ref: ref('regular/regular', 'regular'),
    load: async () => (await import('../regular/regular.ts')).regular as Checker,
  },
  'state-machine': {
    summary: 'states of entities change by allowed transitions only; acknowledged transitions are not lost, refused ones not seen',
    ref: ref('state-machine/state-machine', 'stateMachine'),
    load: async () => (await import('../state-machine/state-machine.ts')).stateMachine as Checker,
  },
  rate: {
    summary: 'in no window of so long are more than so many granted',
    ref: ref('rate/rate', 'rate'),
    load: async () => (await import('../rate/rate.ts')).rate as Checker,
  },
  'lost-update': {
    summary: 'no two acknowledged updates are based on the same version, and none is gone afterwards',
    ref: ref('lost-update/lost-update', 'lostUpdate'),
    load: async () => (await import('../lost-update/lost-update.ts')).lostUpdate as Checker,
  },
  'causal-reverse': {
    summary: 'an insert that was acknowledged before another began is seen wherever the other is',
    ref: ref('inserts/causal-reverse', 'causalReverse'),
    load: async () => (await import('../inserts/causal-reverse.ts')).causalReverse as Checker,
  },
  'long-fork': {
    summary: 'of two reads of a collection that is only added to, one has everything that the other has',
    ref: ref('inserts/long-fork', 'longFork'),
    load: async () => (await import('../inserts/long-fork.ts')).longFork as Checker,
  },
  convergence: {
    summary: 'when updates have ended all nodes come to show the same; and the same updates make the same state',
    ref: ref('convergence/convergence', 'convergence'),
    load: async () => (await import('../convergence/convergence.ts')).convergence as Checker,
  },
  recovery: {
    summary: 'after each fault goodput comes back within a bound, and does not collapse; the load on others is not amplified',
    ref: ref('recovery/recovery', 'recovery'),
    load: async () => (await import('../recovery/recovery.ts')).recovery as Checker,
  },
  'total-queue': {
    summary: 'every acknowledged message of a queue is delivered: none lost, none twice after its acknowledgement, none from nowhere',
    ref: ref('queue/total-queue', 'totalQueue'),
    load: async () => (await import('../queue/total-queue.ts')).totalQueue as Checker,
  },
  log: {
    summary: 'a partitioned log (Kafka-style) loses, doubles, reorders and skips nothing that it acknowledged; transactions are whole',
    ref: ref('log/log', 'log'),
    load: async () => (await import('../log/log.ts')).log as Checker,
  },
  lock: {
    summary: 'what a lock protects is changed by one holder at a time: accepted fencing tokens only grow, and no update is lost',
    ref: ref('lock/lock', 'lock'),
    load: async () => (await import('../lock/lock.ts')).lock as Checker,
  },
  watch: {
    summary: 'a stream of notifications brings every change once and in order, without a gap, and in the end all',
    ref: ref('watch/watch', 'watch'),
    load: async () => (await import('../watch/watch.ts')).watch as Checker,
  },
  ttl: {
    summary: 'a value with a time to live is neither gone before that time nor readable after it, give or take an epsilon',
    ref: ref('ttl/ttl', 'ttl'),
    load: async () => (await import('../ttl/ttl.ts')).ttl as Checker,
  },
  stats: {
    summary: 'how operations ended, by name and by error; unknown where one kind never succeeded or nothing was contended',
    ref: ref('stats/stats', 'stats'),
    load: async () => (await import('../stats/stats.ts')).stats as Checker,
  },
  coverage: {
    summary: 'did the test test anything? unknown where too little succeeded or a fault never bit while writes went on',
    ref: ref('coverage/coverage', 'coverage'),
    load: async () => (await import('../coverage/coverage.ts')).coverage as Checker,
  },
  availability: {
    summary: 'how much succeeded, how fast from the intended start, and how soon again after each fault; convicts of stated bounds only',
    ref: ref('availability/availability', 'availability'),
    load: async () => (await import('../availability/availability.ts')).availability as Checker,
  },
} as const satisfies Readonly<Record<string, CheckerEntry>>;

export type CheckerName = keyof typeof CHECKERS;

/** The reference of a checker with these options: what a workload's `checks` lists. */
export function checkerRef(name: CheckerName, options: Readonly<Record<string, Value>> = {}): ModuleRef {
  return { ...CHECKERS[name].ref, options };
}
