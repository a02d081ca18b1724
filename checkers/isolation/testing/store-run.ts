/**
 * Histories of transactions as clients of a strict-serializable store record them: few active keys, the hotter the more often,
 * each left behind after so many writes; some transactions fail, of some the outcome stays unknown. Any number of them, one
 * event at a time.
 */
import type { Rng } from '../../../harness/contracts/index.ts';

export interface StoreRunOptions {
  readonly transactions: number;
  readonly workload: 'list-append' | 'rw-register';
  readonly clients: number;
  readonly activeKeys: number;
  readonly writesPerKey: number;
  readonly mostOps: number;
  /** Shares of transactions that fail, and whose outcome is unknown. */
  readonly failed: number;
  readonly unknown: number;
}

export const USUAL: Omit<StoreRunOptions, 'transactions'> = {
  workload: 'list-append',
  clients: 10,
  activeKeys: 10,
  writesPerKey: 64,
  mostOps: 4,
  failed: 0.02,
  unknown: 0.01,
};

/** An event; `value` is canonical JSON. */
export interface StoreEvent {
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly process: number;
  readonly value: string;
  /** ns */
  readonly time: number;
}

interface Op {
  readonly write: boolean;
  readonly key: number;
  readonly element: number;
}

interface Client {
  process: number;
  ops: readonly Op[] | undefined;
  invocation: string;
  /** JSON of what it returns; empty until the store has run it. */
  result: string;
}

/** Strict-serializable by construction. The same for the same rng and options. */
export function* storeRun(rng: Rng, options: StoreRunOptions): Generator<StoreEvent> {
  const store = new Store(options);
  const clients = Array.from({ length: options.clients }, (_, i): Client => ({ process: i, ops: undefined, invocation: '', result: '' }));
  let started = 0;
  let busy = 0;
  let time = 0;
  while (started < options.transactions || busy > 0) {
    const client = clients[rng.int(0, clients.length - 1)]!;
    if (client.ops === undefined) {
      if (started === options.transactions) continue;
      started++;
      busy++;
      client.ops = store.plan(rng);
      client.invocation = store.text(client.ops);
      client.result = '';
      time += 1000;
      yield { type: 'invoke', process: client.process, value: client.invocation, time };
    } else if (client.result === '') {
      const fate = rng.float01();
      if (fate < options.failed) client.result = 'fail';
      else if (fate < options.failed + options.unknown) {
        if (rng.int(0, 1) === 0) store.run(client.ops);
        client.result = 'info';
      } else client.result = store.run(client.ops);
    } else {
      const { result, process, invocation } = client;
      const type = result === 'fail' || result === 'info' ? result : 'ok';
      time += 1000;
      yield { type, process, value: type === 'ok' ? result : invocation, time };
      // An unknown outcome retires the process.
      if (type === 'info') client.process += clients.length;
      client.ops = undefined;
      busy--;
    }
  }
}

class Store {
  readonly #options: StoreRunOptions;
  readonly #f: 'append' | 'w';
  readonly #active: number[];
  readonly #writes = new Map<number, number>();
  /** What a read returns, as JSON without the brackets of a list. */
  readonly #state = new Map<number, string>();
  #nextKey: number;

  constructor(options: StoreRunOptions) {
    this.#options = options;
    this.#f = options.workload === 'list-append' ? 'append' : 'w';
    this.#active = Array.from({ length: options.activeKeys }, (_, i) => i);
    this.#nextKey = options.activeKeys;
  }

  plan(rng: Rng): Op[] {
    return Array.from({ length: rng.int(1, this.#options.mostOps) }, (): Op => {
      const place = this.#place(rng);
      const key = this.#active[place]!;
      if (rng.int(0, 1) === 0) return { write: false, key, element: 0 };
      const element = (this.#writes.get(key) ?? 0) + 1;
      this.#writes.set(key, element);
      if (element === this.#options.writesPerKey) this.#active[place] = this.#nextKey++;
      return { write: true, key, element };
    });
  }

  /** Each key twice as likely as the next. */
  #place(rng: Rng): number {
    let place = 0;
    while (place < this.#options.activeKeys - 1 && rng.int(0, 1) === 0) place++;
    return place;
  }

  text(ops: readonly Op[]): string {
    return `[${ops.map(({ write, key, element }) => (write ? `["${this.#f}",${key},${element}]` : `["r",${key},null]`)).join(',')}]`;
  }

  /** Runs a transaction; what it returns. */
  run(ops: readonly Op[]): string {
    const isList = this.#f === 'append';
    return `[${ops
      .map(({ write, key, element }) => {
        const before = this.#state.get(key);
        if (!write) return `["r",${key},${before === undefined ? 'null' : isList ? `[${before}]` : before}]`;
        this.#state.set(key, isList && before !== undefined ? `${before},${element}` : `${element}`);
        return `["${this.#f}",${key},${element}]`;
      })
      .join(',')}]`;
  }
}
