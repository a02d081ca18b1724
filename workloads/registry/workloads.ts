/** The workloads by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { Workload } from '../../harness/contracts/index.ts';

export interface WorkloadEntry {
  readonly summary: string;
  load(): Promise<Workload>;
}

export const WORKLOADS: Readonly<Record<string, WorkloadEntry>> = {
  register: {
    summary: 'reads, writes and compare-and-sets of registers; every read must see what linearizability demands',
    load: async () => (await import('../register/register.ts')).register as Workload,
  },
  set: {
    summary: 'adds unique elements to a set and reads it; no acknowledged element may be lost',
    load: async () => (await import('../set/set.ts')).set as Workload,
  },
  counter: {
    summary: 'increments a counter with tags; every acknowledged increment must count exactly once',
    load: async () => (await import('../counter/counter.ts')).counter as Workload,
  },
  bank: {
    summary: 'transfers between accounts while others read all of them; the total never changes, and no balance is negative',
    load: async () => (await import('../bank/bank.ts')).bank as Workload,
  },
  transfers: {
    summary: 'transfers between databases, each atomic on all of them; at the end none is half done or in doubt, and no money is lost',
    load: async () => (await import('../transfers/transfers.ts')).transfers as Workload,
  },
  queue: {
    summary: 'enqueues unique messages and dequeues them, then drains the queue; every confirmed message must be delivered',
    load: async () => (await import('../queue/queue.ts')).queue as Workload,
  },
  lock: {
    summary: 'takes locks with leases and updates what they protect, also after stalls; no update may be lost',
    load: async () => (await import('../lock/lock.ts')).lock as Workload,
  },
  watch: {
    summary: 'writes keys and watches them; every stream must bring every change once and in order, also over lost connections',
    load: async () => (await import('../watch/watch.ts')).watch as Workload,
  },
  semaphore: {
    summary: 'takes permits of semaphores and gives them back; never are more held than there are, nor refused that are free',
    load: async () => (await import('../semaphore/semaphore.ts')).semaphore as Workload,
  },
  'leader-election': {
    summary: 'elects leaders and asks who leads; no term may have two leaders',
    load: async () => (await import('../leader-election/leader-election.ts')).leaderElection as Workload,
  },
  requests: {
    summary: 'asks for effects in the outside world; its ledger must have each exactly (at most, at least) once',
    load: async () => (await import('../requests/requests.ts')).requests as Workload,
  },
  'list-append': {
    summary: 'transactions that append to lists and read them; isolated as the system documents, or as --consistency-model says',
    load: async () => (await import('../list-append/list-append.ts')).listAppend as Workload,
  },
  'rw-register': {
    summary: 'transactions that write registers and read them; isolated as the system documents, or as --consistency-model says',
    load: async () => (await import('../rw-register/rw-register.ts')).rwRegister as Workload,
  },
  'write-skew': {
    summary: 'transactions that read both lists of a pair and append to one; serializable ones never miss each other’s appends both ways',
    load: async () => (await import('../write-skew/write-skew.ts')).writeSkew as Workload,
  },
  predicate: {
    summary: 'transactions that look for rows by a predicate, and insert, move and delete them; serializable ones never miss each other’s rows both ways',
    load: async () => (await import('../predicate/predicate.ts')).predicate as Workload,
  },
  'long-fork': {
    summary: 'transactions that append to one list of a group or read all of it; no two readers may see appends in opposite orders',
    load: async () => (await import('../long-fork/long-fork.ts')).longFork as Workload,
  },
  'unique-ids': {
    summary: 'asks for ids; none may be handed out twice',
    load: async () => (await import('../unique-ids/unique-ids.ts')).uniqueIds as Workload,
  },
};
