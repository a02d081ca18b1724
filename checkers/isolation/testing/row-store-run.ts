/**
 * Histories of transactions over rows as clients of a strict-serializable store record them: few rows at a time are inserted,
 * read, written after a read, looked for by predicates, and deleted; a transaction that finds a row otherwise than it needs it
 * fails, of some the outcome stays unknown.
 */
import type { Rng, Value } from '../../../harness/contracts/index.ts';

export interface RowStoreOptions {
  readonly transactions: number;
  readonly clients: number;
  readonly activeRows: number;
  /** Rows match one of so many remainders. */
  readonly modulus: number;
  /** Shares of transactions that fail, and whose outcome is unknown. */
  readonly failed: number;
  readonly unknown: number;
}

export const USUAL_ROWS: Omit<RowStoreOptions, 'transactions'> = { clients: 10, activeRows: 20, modulus: 997, failed: 0.02, unknown: 0.01 };

export interface RowStoreEvent {
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly process: number;
  readonly value: Value;
}

type Predicate = readonly ['=', number] | readonly ['mod', number, number];
type RowOp =
  | readonly ['insert' | 'w', key: number, value: number]
  | readonly ['delete', key: number]
  | readonly ['r', key: number, value: number | null]
  | readonly ['rp', predicate: Predicate, rows: readonly (readonly [number, number])[] | null];

interface Client {
  process: number;
  ops: readonly RowOp[] | undefined;
  /** Undefined until the store has run them. */
  result: { readonly type: 'ok' | 'fail' | 'info'; readonly ops: readonly RowOp[] } | undefined;
}

/** Strict-serializable by construction. The same for the same rng and options. */
export function* rowStoreRun(rng: Rng, options: RowStoreOptions): Generator<RowStoreEvent> {
  const store = new RowStore(rng, options);
  const clients = Array.from({ length: options.clients }, (_, i): Client => ({ process: i, ops: undefined, result: undefined }));
  let started = 0;
  let busy = 0;
  while (started < options.transactions || busy > 0) {
    const client = clients[rng.int(0, clients.length - 1)]!;
    if (client.ops === undefined) {
      if (started === options.transactions) continue;
      started++;
      busy++;
      client.ops = store.plan();
      yield { type: 'invoke', process: client.process, value: client.ops as unknown as Value };
    } else if (client.result === undefined) client.result = outcomeOf(rng, options, client.ops, store);
    else {
      const { type, ops } = client.result;
      yield { type, process: client.process, value: ops as unknown as Value };
      // An unknown outcome retires the process.
      if (type === 'info') client.process += clients.length;
      client.ops = undefined;
      client.result = undefined;
      busy--;
    }
  }
}

function outcomeOf(rng: Rng, { failed, unknown }: RowStoreOptions, ops: readonly RowOp[], store: RowStore): Client['result'] {
  const fate = rng.float01();
  if (fate < failed) return { type: 'fail', ops };
  if (fate < failed + unknown) {
    if (rng.int(0, 1) === 0) store.run(ops);
    return { type: 'info', ops };
  }
  const done = store.run(ops);
  return done === undefined ? { type: 'fail', ops } : { type: 'ok', ops: done };
}

class RowStore {
  readonly #rng: Rng;
  readonly #options: RowStoreOptions;
  readonly #rows = new Map<number, number>();
  /** Rows that transactions are about, and whether one was to insert it. */
  readonly #active: { readonly key: number; isInserted: boolean }[];
  #nextKey: number;
  #nextValue = 0;

  constructor(rng: Rng, options: RowStoreOptions) {
    this.#rng = rng;
    this.#options = options;
    this.#active = Array.from({ length: options.activeRows }, (_, key) => ({ key, isInserted: false }));
    this.#nextKey = options.activeRows;
  }

  plan(): readonly RowOp[] {
    return Array.from({ length: this.#rng.int(1, 3) }, () => this.#planOne()).flat();
  }

  #planOne(): RowOp[] {
    const place = this.#rng.int(0, this.#active.length - 1);
    const row = this.#active[place]!;
    const kind = this.#rng.int(0, 19);
    if (kind < 3) return [['rp', this.#predicate(), null]];
    if (!row.isInserted) {
      row.isInserted = true;
      return [['insert', row.key, ++this.#nextValue]];
    }
    if (kind === 3) {
      this.#active[place] = { key: this.#nextKey++, isInserted: false };
      return [
        ['r', row.key, null],
        ['delete', row.key],
      ];
    }
    if (kind < 11) return [['r', row.key, null]];
    return [
      ['r', row.key, null],
      ['w', row.key, ++this.#nextValue],
    ];
  }

  /** Of a value of late, or of a remainder. */
  #predicate(): Predicate {
    const value = this.#rng.int(Math.max(0, this.#nextValue - 40), this.#nextValue);
    return this.#rng.int(0, 1) === 0 ? ['=', value] : ['mod', this.#options.modulus, value % this.#options.modulus];
  }

  /** What they return; undefined, and nothing is done, where a row is not as it has to be. */
  run(ops: readonly RowOp[]): readonly RowOp[] | undefined {
    const own = new Map<number, number | undefined>();
    const at = (key: number): number | undefined => (own.has(key) ? own.get(key) : this.#rows.get(key));
    const done: RowOp[] = [];
    for (const op of ops) {
      if (op[0] === 'rp') done.push(['rp', op[1], this.#matching(op[1], own)]);
      else if (op[0] === 'r') done.push(['r', op[1], at(op[1]) ?? null]);
      else {
        if ((at(op[1]) === undefined) !== (op[0] === 'insert')) return undefined;
        own.set(op[1], op[0] === 'delete' ? undefined : op[2]);
        done.push(op);
      }
    }
    for (const [key, value] of own) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
    return done;
  }

  #matching(predicate: Predicate, own: ReadonlyMap<number, number | undefined>): (readonly [number, number])[] {
    const matches = (value: number): boolean => (predicate[0] === '=' ? value === predicate[1] : value % predicate[1] === predicate[2]);
    return [...new Map<number, number | undefined>([...this.#rows, ...own])].flatMap(([key, value]) =>
      value !== undefined && matches(value) ? [[key, value] as const] : [],
    );
  }
}
