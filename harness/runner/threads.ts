/** The threads of a run: who is free, which process each one is, what it is doing. */
import type { Client, Node, Ns, Process, Thread } from '../contracts/index.ts';
import type { RunView } from '../generator/context.ts';

export type ThreadState = 'opening' | 'free' | 'busy';

/** A client thread. Its process is replaced when an operation's outcome is unknown: old + number of threads. */
export interface ClientThread {
  readonly thread: number;
  process: number;
  state: ThreadState;
  client: Client | undefined;
  node: Node | undefined;
}

export class Threads implements RunView {
  now = 0 as Ns;
  readonly clients: readonly ClientThread[];
  /** All threads, the nemesis last: one list for the whole run. */
  readonly all: readonly Thread[];
  nemesisBusy = false;
  /** Threads whose client is being opened. */
  opening: number;

  constructor(concurrency: number) {
    this.clients = Array.from({ length: concurrency }, (_, thread) => ({ thread, process: thread, state: 'opening', client: undefined, node: undefined }));
    this.all = [...this.clients.keys(), 'nemesis'];
    this.opening = concurrency;
  }

  isFree(thread: Thread): boolean {
    return thread === 'nemesis' ? !this.nemesisBusy : this.clients[thread]?.state === 'free';
  }

  isIdle(thread: Thread): boolean {
    return thread === 'nemesis' ? !this.nemesisBusy : this.clients[thread]?.state !== 'busy';
  }

  processOf(thread: Thread): Process {
    return thread === 'nemesis' ? thread : (this.clients[thread] as ClientThread).process;
  }

  threadOf(process: Process): Thread | undefined {
    if (typeof process === 'number') return process % this.clients.length;
    return process === 'nemesis' ? process : undefined;
  }

  /** Above every process that there has been. */
  get nextProcess(): number {
    return this.clients.reduce((highest, { process }) => Math.max(highest, process), -1) + 1;
  }

  setOpen(thread: ClientThread, client: Client, node: Node): void {
    thread.client = client;
    thread.node = node;
    thread.state = 'free';
    this.opening--;
  }

  /** The thread's process ends; gives its client, which has to be closed. */
  retire(thread: ClientThread): Client | undefined {
    const { client } = thread;
    thread.client = undefined;
    thread.node = undefined;
    thread.process += this.clients.length;
    return client;
  }

  setOpening(thread: ClientThread): void {
    thread.state = 'opening';
    this.opening++;
  }
}
