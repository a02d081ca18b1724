/**
 * The versions of each row and their order. First what was there before (nothing, or what `init` made), then what the insert
 * made, last that it was deleted; of other writes one comes before another where the other's transaction read it first.
 * O(micro-operations).
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { ABSENT, type RowOp, type RowTransactions } from './collect.ts';

/** In place of a transaction: it was there before all. */
export const INITIALLY = -1;

/** What a transaction left in a row, or the state before all. */
export interface Version {
  readonly t: number;
  /** Place of its last write of the row; of the first version -1. */
  readonly op: number;
  readonly value: number;
  readonly inserts: boolean;
}

/** A write, be it final or not. */
export interface WriteOf {
  readonly t: number;
  readonly op: number;
  readonly isFinal: boolean;
}

export interface Row {
  readonly initial: Version;
  /** In their order, if `isOrdered`; else the first one, and the others in any order. All of them took effect. */
  readonly versions: readonly Version[];
  readonly isOrdered: boolean;
  /** Of transactions of which nobody knows whether they took effect. */
  readonly possible: readonly Version[];
  /** The only ones of their kind that took effect. */
  readonly inserted: Version | undefined;
  readonly deleted: Version | undefined;
  /** Writes of each value, whatever became of them. */
  readonly writes: ReadonlyMap<number, readonly WriteOf[]>;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Whether transaction t took effect: acknowledged, or unknown and observed. */
  readonly committed: Uint8Array;
  /** Values of rows that several transactions may have written. */
  readonly ambiguous: number;
}

/** Where a value of a row comes from: `SEVERAL` may have written it, or nobody did, or a write, or it was there. */
export type Origin = 'initial' | 'several' | 'nobody' | WriteOf;

/** Where a value that was read comes from. A failed write only where no other could be it. */
export function originOf(transactions: RowTransactions, row: Row, value: number): Origin {
  return origin(transactions, row.writes.get(value) ?? [], row.initial.value === value);
}

function origin({ outcome }: RowTransactions, writes: readonly WriteOf[], isInitial: boolean): Origin {
  const possible = writes.filter(({ t }) => outcome[t] !== FAIL);
  if (isInitial) return possible.length > 0 ? 'several' : 'initial';
  if (possible.length > 1) return 'several';
  return possible[0] ?? writes[0] ?? 'nobody';
}

/** What an operation shows of a key: its value; undefined where it says nothing. ABSENT where a read by key found no row. */
export function shown(op: RowOp, key: number): number | undefined {
  if (op.f === 'read') return op.key === key ? op.value : undefined;
  return op.f === 'select' ? op.found?.get(key) : undefined;
}

/** Finds them. */
export function findRows(transactions: RowTransactions): Rows {
  return new Finder(transactions).run();
}

class Finder {
  readonly #txns: RowTransactions;
  readonly #committed: Uint8Array;
  readonly #writes: Map<number, WriteOf[]>[];
  /** Of each key what transactions left in it, one for each that has not failed. */
  readonly #left: Version[][];

  constructor(transactions: RowTransactions) {
    this.#txns = transactions;
    this.#committed = transactions.outcome.map((outcome) => (outcome === OK ? 1 : 0));
    this.#writes = transactions.keys.map(() => new Map());
    this.#left = transactions.keys.map(() => []);
  }

  run(): Rows {
    for (let t = 0; t < this.#txns.count; t++) this.#collect(t);
    for (let t = 0; t < this.#txns.count; t++) if (this.#txns.outcome[t] === OK) for (const op of this.#txns.ops[t]!) this.#observe(op);
    const rows = this.#txns.keys.map((_, key) => this.#row(key));
    const ambiguous = this.#writes.reduce(
      (sum, writes, key) => sum + [...writes].filter(([value, of]) => this.#origin(key, value, of) === 'several').length,
      0,
    );
    return { rows, committed: this.#committed, ambiguous };
  }

  #origin(key: number, value: number, writes: readonly WriteOf[] = this.#writes[key]!.get(value) ?? []): Origin {
    // A row may be absent for several reasons, which is nothing to wonder at.
    if (value === ABSENT) return 'nobody';
    return origin(this.#txns, writes, this.#txns.initial.get(key) === value);
  }

  #collect(t: number): void {
    const ops = this.#txns.ops[t]!;
    const last = new Map<number, number>();
    const inserted = new Set<number>();
    for (const [i, op] of ops.entries()) {
      if (op.f !== 'write') continue;
      last.set(op.key, i);
      if (op.inserts) inserted.add(op.key);
    }
    for (const [i, op] of ops.entries()) {
      if (op.f !== 'write') continue;
      const isFinal = last.get(op.key) === i;
      const of = this.#writes[op.key]!;
      of.set(op.value, [...(of.get(op.value) ?? []), { t, op: i, isFinal }]);
      if (isFinal && this.#txns.outcome[t] !== FAIL) this.#left[op.key]!.push({ t, op: i, value: op.value, inserts: inserted.has(op.key) });
    }
  }

  /** What an acknowledged transaction has seen took effect, unless it certainly did not. */
  #observe(op: RowOp): void {
    if (op.f === 'read' && op.value !== undefined) this.#seen(op.key, op.value);
    if (op.f === 'select') for (const [key, value] of op.found ?? []) this.#seen(key, value);
  }

  #seen(key: number, value: number): void {
    const from = this.#origin(key, value);
    if (typeof from === 'object' && this.#txns.outcome[from.t] !== FAIL) this.#committed[from.t] = 1;
  }

  #row(key: number): Row {
    const initial: Version = { t: INITIALLY, op: -1, value: this.#txns.initial.get(key) ?? ABSENT, inserts: false };
    const left = this.#left[key]!;
    const took = left.filter(({ t }) => this.#committed[t] === 1);
    const inserts = took.filter((one) => one.inserts);
    const deletes = took.filter(({ value }) => value === ABSENT);
    const inserted = inserts.length === 1 && initial.value === ABSENT ? inserts[0] : undefined;
    const deleted = deletes.length === 1 ? deletes[0] : undefined;
    const isPlain = [...this.#writes[key]!.keys()].every((value) => this.#origin(key, value) !== 'several');
    const order = isPlain ? this.#order(key, initial, took, inserted, deleted) : undefined;
    return {
      initial,
      versions: order ?? [initial, ...took],
      isOrdered: order !== undefined,
      possible: left.filter(({ t }) => this.#committed[t] === 0),
      inserted,
      deleted,
      writes: this.#writes[key]!,
    };
  }

  #order(key: number, initial: Version, took: readonly Version[], inserted: Version | undefined, deleted: Version | undefined): Version[] | undefined {
    const ends = [inserted, deleted].filter((one) => one !== undefined);
    const between = took.filter((one) => !ends.includes(one));
    if (between.some((one) => one.inserts || one.value === ABSENT)) return undefined;
    // What inserts and deletes at once is alone.
    if (inserted !== undefined && inserted === deleted) return took.length === 1 ? [initial, inserted] : undefined;
    const order = inserted === undefined ? [initial] : [initial, inserted];
    const chain = between.length > 1 ? this.#chain(key, order.at(-1)!, between) : between;
    return chain && [...order, ...chain, ...(deleted === undefined ? [] : [deleted])];
  }

  /** Each written by who read the one before; undefined where that is not so of all. */
  #chain(key: number, first: Version, between: readonly Version[]): Version[] | undefined {
    const next = new Map<number, Version>();
    for (const version of between) {
      const before = this.#readBefore(key, version.t);
      if (before === undefined || next.has(before)) return undefined;
      next.set(before, version);
    }
    const chain: Version[] = [];
    for (let at = next.get(first.value); at !== undefined && chain.length < between.length; at = next.get(at.value)) chain.push(at);
    return chain.length === between.length ? chain : undefined;
  }

  /** The value that a transaction had read last when it first wrote the row. */
  #readBefore(key: number, t: number): number | undefined {
    let read: number | undefined;
    for (const op of this.#txns.ops[t]!) {
      if (op.f === 'write' && op.key === key) break;
      read = shown(op, key) ?? read;
    }
    // An unknown one says nothing of what it read.
    return this.#txns.outcome[t] === OK ? read : undefined;
  }
}
