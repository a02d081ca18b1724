/**
 * What reads of rows show that no cycle needs: values of failed transactions (G1a) or of nobody (thin air), values that are not
 * final (G1b) or come from the reader's own future, reads that contradict their own transaction, rows that a predicate read must
 * have returned (predicate-read-miss), lost updates. O(rows that reads return or that some version matches).
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { words } from '../../columns/events.ts';
import type { Findings } from '../findings/findings.ts';
import type { TransactionNames } from '../findings/names.ts';
import { ABSENT, type RowOp } from './collect.ts';
import type { RowMaterial } from './dependencies.ts';
import { predicateInWords } from './predicate.ts';
import { isMatchOf, mustMatch } from './row-reads.ts';
import { originOf } from './row-versions.ts';

export interface FindingsMaterial extends RowMaterial {
  readonly names: TransactionNames;
  readonly findings: Findings;
}

/** Looks at all acknowledged reads. */
export function findInRowReads(material: FindingsMaterial): void {
  const { transactions } = material;
  for (let t = 0; t < transactions.count; t++) if (transactions.outcome[t] === OK) new Reader(material, t).look();
  lostUpdates(material);
}

/** A row that some read of a transaction is about. */
interface Seen {
  readonly key: number;
  readonly value: number;
  readonly op: number;
}

class Reader {
  readonly #material: FindingsMaterial;
  readonly #t: number;
  readonly #name: string;
  /** What the transaction has itself left in rows, and in those of the others what it read by key. */
  readonly #written = new Map<number, number>();
  readonly #read = new Map<number, number>();

  constructor(material: FindingsMaterial, t: number) {
    this.#material = material;
    this.#t = t;
    this.#name = material.names.transaction(t);
  }

  look(): void {
    for (const [i, op] of this.#material.transactions.ops[this.#t]!.entries()) {
      if (op.f === 'write') this.#written.set(op.key, op.value);
      else if (op.f === 'read') this.#readByKey(op.key, op.value!, i);
      else this.#readByPredicate(op, i);
    }
  }

  #readByKey(key: number, value: number, op: number): void {
    const { transactions, rows } = this.#material;
    const known = this.#written.get(key) ?? this.#read.get(key);
    if (known !== undefined && known !== value) this.#contradicts({ key, value, op }, known);
    if (!this.#written.has(key)) this.#read.set(key, value);
    if (known !== value && value !== ABSENT) this.#origin({ key, value, op });
    if (known === undefined && value === ABSENT && mustMatch(transactions, rows.rows[key]!, { kind: 'true' }, this.#t)) this.#vanished(key);
  }

  #readByPredicate(op: RowOp & { readonly f: 'select' }, at: number): void {
    const { transactions, candidates, rows } = this.#material;
    const predicate = transactions.predicates[op.predicate]!;
    for (const [key, value] of op.found!) {
      const own = this.#written.get(key);
      if (own !== undefined && own !== value) this.#contradicts({ key, value, op: at }, own);
      if (own === undefined) this.#origin({ key, value, op: at });
    }
    for (const [key, value] of this.#written) {
      if (!op.found!.has(key) && isMatchOf(transactions, predicate, value)) this.#contradicts({ key, value: ABSENT, op: at }, value);
    }
    for (const key of candidates.of(predicate)) {
      if (!op.found!.has(key) && !this.#written.has(key) && mustMatch(transactions, rows.rows[key]!, predicate, this.#t)) this.#missed(key, at);
    }
  }

  #words(value: number): string {
    return value === ABSENT ? 'no row' : words(this.#material.transactions.values[value]);
  }

  #key(key: number): string {
    return words(this.#material.transactions.keys[key]!);
  }

  #place({ key, value }: Pick<Seen, 'key' | 'value'>) {
    const { keys, values } = this.#material.transactions;
    return { key: keys[key]!, element: value === ABSENT ? null : values[value]! };
  }

  #missed(key: number, op: number): void {
    const { findings, names, transactions } = this.#material;
    const one = transactions.ops[this.#t]![op]!;
    const predicate = one.f === 'select' ? predicateInWords(transactions.predicates[one.predicate]!) : '';
    findings.add('predicate-read-miss', () => ({
      transactions: [this.#t],
      sentence: `predicate read that misses a row: ${this.#name} looked for ${predicate} and did not find ${this.#key(key)}, although every value that the row had matches`,
      evidence: { key: transactions.keys[key]!, read: names.event(this.#t), op },
    }));
  }

  #vanished(key: number): void {
    const { findings, names } = this.#material;
    findings.add('thin-air-read', () => ({
      transactions: [this.#t],
      sentence: `thin-air read: ${this.#name} found no ${this.#key(key)}, although the row was there from the beginning and nobody deleted it`,
      evidence: { ...this.#place({ key, value: ABSENT }), read: names.event(this.#t) },
    }));
  }

  #contradicts({ key, value, op }: Seen, known: number): void {
    const { findings, names, transactions } = this.#material;
    const verb = this.#written.has(key) ? 'had left' : 'had read';
    findings.add('internal', () => ({
      transactions: [this.#t],
      sentence: `internal inconsistency: ${this.#name} read ${this.#words(value)} in ${this.#key(key)}, although it ${verb} ${this.#words(known)} there before`,
      evidence: { key: transactions.keys[key]!, read: names.event(this.#t), op },
    }));
  }

  /** Where the value that was read comes from. */
  #origin(seen: Seen): void {
    const { transactions, rows, findings, names } = this.#material;
    const from = originOf(transactions, rows.rows[seen.key]!, seen.value);
    const said = `${this.#name} read ${this.#words(seen.value)} in ${this.#key(seen.key)}`;
    const read = names.event(this.#t);
    if (from === 'nobody') {
      const sentence = `thin-air read: ${said}, which nobody wrote`;
      findings.add('thin-air-read', () => ({ transactions: [this.#t], sentence, evidence: { ...this.#place(seen), read } }));
    }
    if (typeof from !== 'object') return;
    const other = names.transaction(from.t);
    const evidence = { ...this.#place(seen), read, writer: names.event(from.t) };
    if (transactions.outcome[from.t] === FAIL) {
      const sentence = `aborted read: ${said}, but ${other}, which wrote that, failed: either the system applied a write that it refused, or the client took an unknown outcome for a failure`;
      findings.add('G1a', () => ({ transactions: [this.#t, from.t], sentence, evidence }));
    } else if (from.t === this.#t && from.op > seen.op) {
      const sentence = `future read: ${said} before it wrote that itself`;
      findings.add('future-read', () => ({ transactions: [this.#t], sentence, evidence: { key: evidence.key, read, op: seen.op, append: from.op } }));
    } else if (from.t !== this.#t && !from.isFinal) {
      const sentence = `intermediate read: ${said}, which ${other} wrote and overwrote in one transaction`;
      findings.add('G1b', () => ({ transactions: [this.#t, from.t], sentence, evidence }));
    }
  }
}

/** Two acknowledged transactions that read the same value of a row first, by its key or a predicate, and write the row later. */
function lostUpdates({ transactions, rows, names, findings }: FindingsMaterial): void {
  const updates = new Map<string, number>();
  for (let t = 0; t < transactions.count; t++) {
    if (transactions.outcome[t] !== OK) continue;
    for (const [key, value] of updatedBy(transactions.ops[t]!)) {
      // A row that is absent twice is not the same version.
      if (value === ABSENT || originOf(transactions, rows.rows[key]!, value) === 'several') continue;
      const version = `${key} ${value}`;
      const one = updates.get(version);
      if (one === undefined) updates.set(version, t);
      else {
        findings.add('lost-update', () => ({
          transactions: [one, t],
          sentence: `lost update: ${names.transaction(one)} and ${names.transaction(t)} both read ${words(transactions.values[value])} in ${words(transactions.keys[key])} and wrote it then: neither took the other's update into account`,
          evidence: { key: transactions.keys[key]!, one: names.event(one), other: names.event(t) },
        }));
      }
    }
  }
}

/** Rows that a transaction reads first and writes later, with the value that it read. */
function updatedBy(ops: readonly RowOp[]): Map<number, number> {
  const first = new Map<number, number | undefined>();
  const updated = new Map<number, number>();
  for (const op of ops) {
    if (op.f === 'select') {
      for (const [key, value] of op.found ?? []) if (!first.has(key)) first.set(key, value);
      continue;
    }
    const read = first.get(op.key);
    if (op.f === 'write' && read !== undefined) updated.set(op.key, read);
    if (!first.has(op.key)) first.set(op.key, op.f === 'read' ? op.value : undefined);
  }
  return updated;
}
