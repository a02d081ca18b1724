/** `ordeal/workloads`: the workloads for configurations, and what a workload of your own is made of. */
export * from '../harness/generator/index.ts';
export type { BankOptions } from './bank/bank.ts';
export {
  bank,
  counter,
  leaderElection,
  listAppend,
  lock,
  longFork,
  predicate,
  queue,
  register,
  requests,
  rwRegister,
  semaphore,
  set,
  transfers,
  uniqueIds,
  watch,
  writeSkew,
} from './configuration/workloads.ts';
export type { CounterOptions } from './counter/counter.ts';
export type { LeaderElectionOptions } from './leader-election/leader-election.ts';
export type { ListAppendOptions } from './list-append/list-append.ts';
export type { LockOptions } from './lock/lock.ts';
export type { LongForkOptions } from './long-fork/long-fork.ts';
export { type NumberedOperation, NumberedOperations } from './numbered/numbered-operations.ts';
export { BANK, type BankBalances, type BankOperation, type Transfer } from './operations/bank.ts';
export type { CounterOperation, CounterTags } from './operations/counter.ts';
export type { Elected, ElectionOperation } from './operations/election.ts';
export type { LockGrant, LockOperation, LockUpdate } from './operations/lock.ts';
export type { LogAnswer, LogOperation, Poll, Polled, Rebalanced, Send, Sent } from './operations/log.ts';
export type { DrainedMessages, QueueDelivery, QueueOperation } from './operations/queue.ts';
export type { RegisterOperation, RegisterValue } from './operations/register.ts';
export { PERMITS, type SemaphoreOperation } from './operations/semaphore.ts';
export type { SetElements, SetOperation } from './operations/set.ts';
export type {
  Append,
  Delete,
  Insert,
  ListTransaction,
  PredicateRead,
  Read,
  RegisterTransaction,
  RowPredicate,
  RowTransaction,
  Write,
} from './operations/transactions.ts';
export type { TransfersOperation } from './operations/transfers.ts';
export type { UniqueIdsOperation } from './operations/unique-ids.ts';
export type { Watched, WatchOperation, WatchRequest } from './operations/watch.ts';
export type { PredicateOptions } from './predicate/predicate.ts';
export type { QueueOptions } from './queue/queue.ts';
export type { RegisterOptions } from './register/register.ts';
export type { RequestsOptions } from './requests/requests.ts';
export type { RwRegisterOptions } from './rw-register/rw-register.ts';
export type { SemaphoreOptions } from './semaphore/semaphore.ts';
export type { SetOptions } from './set/set.ts';
export type { TransfersOptions } from './transfers/transfers.ts';
export type { UniqueIdsOptions } from './unique-ids/unique-ids.ts';
export type { WatchOptions } from './watch/watch.ts';
export type { WriteSkewOptions } from './write-skew/write-skew.ts';
