/** The workloads as configurations name them: `register({ keys: 8 })`. */
import { type Use, use } from '../../harness/configuration/use.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { type BankOptions, bank as bankWorkload } from '../bank/bank.ts';
import { type CounterOptions, counter as counterWorkload } from '../counter/counter.ts';
import { type LeaderElectionOptions, leaderElection as leaderElectionWorkload } from '../leader-election/leader-election.ts';
import { type ListAppendOptions, listAppend as listAppendWorkload } from '../list-append/list-append.ts';
import { type LockOptions, lock as lockWorkload } from '../lock/lock.ts';
import { type LongForkOptions, longFork as longForkWorkload } from '../long-fork/long-fork.ts';
import { type PredicateOptions, predicate as predicateWorkload } from '../predicate/predicate.ts';
import { type QueueOptions, queue as queueWorkload } from '../queue/queue.ts';
import { type RegisterOptions, register as registerWorkload } from '../register/register.ts';
import { type RequestsOptions, requests as requestsWorkload } from '../requests/requests.ts';
import { type RwRegisterOptions, rwRegister as rwRegisterWorkload } from '../rw-register/rw-register.ts';
import { type SemaphoreOptions, semaphore as semaphoreWorkload } from '../semaphore/semaphore.ts';
import { type SetOptions, set as setWorkload } from '../set/set.ts';
import { type TransfersOptions, transfers as transfersWorkload } from '../transfers/transfers.ts';
import { type UniqueIdsOptions, uniqueIds as uniqueIdsWorkload } from '../unique-ids/unique-ids.ts';
import { type WatchOptions, watch as watchWorkload } from '../watch/watch.ts';
import { type WriteSkewOptions, writeSkew as writeSkewWorkload } from '../write-skew/write-skew.ts';

/** Reads, writes and compare-and-sets of registers, judged for linearizability. */
export const register = (options: Partial<RegisterOptions> = {}): Use<Workload> => use(registerWorkload, options);

/** Asks for effects in the outside world; its ledger must have each exactly (at most, at least) once. */
export const requests = (options: Partial<RequestsOptions> = {}): Use<Workload> => use(requestsWorkload, options);

/** Unique elements added to a set; none that was acknowledged may be lost. */
export const set = (options: Partial<SetOptions> = {}): Use<Workload> => use(setWorkload, options);

/** Tagged increments; every acknowledged one counts exactly once. */
export const counter = (options: Partial<CounterOptions> = {}): Use<Workload> => use(counterWorkload, options);

/** Transfers between accounts while others read all of them; the total never changes. */
export const bank = (options: Partial<BankOptions> = {}): Use<Workload> => use(bankWorkload, options);
/** Unique messages through a queue; every confirmed one must be delivered. */
export const queue = (options: Partial<QueueOptions> = {}): Use<Workload> => use(queueWorkload, options);

/** Locks with leases, and updates of what they protect, plain or fenced. */
export const lock = (options: Partial<LockOptions> = {}): Use<Workload> => use(lockWorkload, options);

/** Permits of semaphores, taken and given back; never are more held than there are. */
export const semaphore = (options: Partial<SemaphoreOptions> = {}): Use<Workload> => use(semaphoreWorkload, options);

/** Leaders are elected and asked for; no term may have two. */
export const leaderElection = (options: Partial<LeaderElectionOptions> = {}): Use<Workload> => use(leaderElectionWorkload, options);

/** Transactions that append to lists and read them, judged for isolation. */
export const listAppend = (options: Partial<ListAppendOptions> = {}): Use<Workload> => use(listAppendWorkload, options);

/** Transactions that write registers and read them, judged for isolation. */
export const rwRegister = (options: Partial<RwRegisterOptions> = {}): Use<Workload> => use(rwRegisterWorkload, options);

/** Asks for ids; none may be handed out twice. */
export const uniqueIds = (options: Partial<UniqueIdsOptions> = {}): Use<Workload> => use(uniqueIdsWorkload, options);

/** Transactions that read a pair of lists and append to one of them, judged for isolation. */
export const writeSkew = (options: Partial<WriteSkewOptions> = {}): Use<Workload> => use(writeSkewWorkload, options);

/** Transactions that look for rows by a predicate, and insert, move and delete them, judged for isolation. */
export const predicate = (options: Partial<PredicateOptions> = {}): Use<Workload> => use(predicateWorkload, options);

/** Transactions that append to one list of a group or read all of it, judged for isolation. */
export const longFork = (options: Partial<LongForkOptions> = {}): Use<Workload> => use(longForkWorkload, options);

/** Keys that are written and watched; every stream brings every change once and in order. */
export const watch = (options: Partial<WatchOptions> = {}): Use<Workload> => use(watchWorkload, options);

/** Transfers between databases, each atomic on all of them. */
export const transfers = (options: Partial<TransfersOptions> = {}): Use<Workload> => use(transfersWorkload, options);
