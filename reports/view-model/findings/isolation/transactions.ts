/** Transactions of a history by the events that certificates name: their micro-operations, and how people say them. */
import type { History, Value } from '../../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../../harness/history/canonical-json.ts';
import type { EvidenceView } from '../../isolation-view.ts';
import { invocationOf, operationView } from '../../operations.ts';
import type { OperationView, Outcome } from '../../report-view.ts';
import { clipped, count, valueInWords } from '../../wording.ts';

export interface MicroOp {
  readonly kind: 'append' | 'write' | 'insert' | 'delete' | 'read';
  /** Of a read by a predicate, the predicate. */
  readonly key: Value;
  /** The predicate in words. */
  readonly predicate?: string;
  /** What was appended or written; what a read returned, undefined where nobody knows. */
  readonly value: Value | undefined;
}

export interface Transaction {
  readonly name: string;
  /** The event that it is named after. */
  readonly event: number;
  readonly operation: OperationView;
  readonly ops: readonly MicroOp[];
}

/** How many elements of a list are written out. */
const LISTED = 6;
const ELEMENT_CHARS = 14;

export function same(a: Value | undefined, b: Value | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

/** Whether a read returned the element, alone or in a list. */
export function shows(op: MicroOp, element: Value): boolean {
  if (op.kind !== 'read' || op.value === undefined) return false;
  return Array.isArray(op.value) ? op.value.some((one) => same(one as Value, element)) : same(op.value, element);
}

/** The transaction of an event. Throws where the event is no transaction's. */
export function transactionAt(history: History, event: number): Transaction {
  const invoke = invocationOf(history, event);
  const operation = invoke >= 0 ? operationView(history, invoke) : completionAlone(history, event);
  const complete = operation.complete;
  const known = operation.outcome === 'ok' && complete !== null;
  const value = history.event(known ? complete : operation.index).value;
  if (!Array.isArray(value)) throw new Error(`event ${event} is no transaction`);
  const name = complete ?? operation.index;
  return { name: `T${name}`, event: name, operation, ops: value.map((op) => microOp(op as Value, known)) };
}

/** A history may have completions without invocations. */
function completionAlone(history: History, event: number): OperationView {
  const { process, type, f, time, node } = history.event(event);
  return {
    index: event,
    complete: event,
    process: Number(process),
    node: node ?? null,
    f,
    key: null,
    words: f,
    outcome: type as Outcome,
    refused: false,
    start: time,
    end: time,
    scheduled: null,
    error: null,
  };
}

function microOp(op: Value, known: boolean): MicroOp {
  const [f, key, value] = op as readonly [Value, Value, Value?];
  if (f === 'r') return { kind: 'read', key, value: known ? (value ?? null) : undefined };
  if (f === 'rp') return { kind: 'read', key, predicate: predicateInWords(key), value: known ? (value ?? null) : undefined };
  if (f === 'insert' || f === 'delete') return { kind: f, key, value: value ?? null };
  return { kind: f === 'append' ? 'append' : 'write', key, value: value ?? null };
}

/** `rows`, `rows = 3`, `rows mod 4 = 1`. */
function predicateInWords(predicate: Value): string {
  if (!Array.isArray(predicate)) return 'rows';
  const [name, first, second] = predicate as readonly Value[];
  return name === '=' ? `rows = ${valueInWords(first)}` : `rows mod ${valueInWords(first)} = ${valueInWords(second)}`;
}

/** The rows that a read by a predicate returned, as pairs of key and value. */
export function rowsOf({ value }: MicroOp): readonly (readonly [Value, Value])[] {
  if (Array.isArray(value)) return value.filter((row): boolean => Array.isArray(row)) as unknown as (readonly [Value, Value])[];
  return Object.entries((value ?? {}) as { readonly [key: string]: Value });
}

/** `append x 3`, `read x → [1 2]`, `find rows = 3 → [x y]`; of a long list its size and what is next to `focus`. */
export function microOpInWords(op: MicroOp, focus?: Value): string {
  const { kind, key, predicate, value } = op;
  if (predicate !== undefined) {
    const found = value === undefined ? '' : ` → ${readInWords(rowsOf(op).map(([row]) => row))}`;
    return `find ${predicate}${found}`;
  }
  if (kind === 'delete') return `delete ${valueInWords(key)}`;
  if (kind === 'read') return `read ${valueInWords(key)}${value === undefined ? '' : ` → ${readInWords(value, focus)}`}`;
  return `${kind} ${valueInWords(key)} ${valueInWords(value)}`;
}

/** What a read returned: `[1 2 3]`, `nil`. */
export function readInWords(value: Value, focus?: Value): string {
  if (value === null) return 'nil';
  if (!Array.isArray(value)) return valueInWords(value);
  const list = value as readonly Value[];
  const said = (from: number, to: number): string =>
    list
      .slice(from, to)
      .map((one) => clipped(valueInWords(one), ELEMENT_CHARS))
      .join(' ');
  if (list.length <= LISTED) return `[${said(0, list.length)}]`;
  const place = focus === undefined ? -1 : list.findIndex((one) => same(one, focus));
  const from = place < 0 ? list.length - 3 : Math.min(Math.max(0, place - 1), list.length - 3);
  return `[${from > 0 ? '… ' : ''}${said(from, from + 3)}${from + 3 < list.length ? ' …' : ''}] of ${count(list.length)}`;
}

/** An event of a transaction as evidence. */
export function evidenceAt(transaction: Transaction, when: 'start' | 'end', words: string): EvidenceView {
  const { operation, name } = transaction;
  const ended = when === 'end' && operation.end !== null && operation.complete !== null;
  return {
    event: ended ? operation.complete! : operation.index,
    op: operation.index,
    name,
    process: operation.process,
    node: operation.node,
    time: ended ? operation.end! : operation.start,
    words,
  };
}

/** The whole transaction in a line: what the anomaly is about, else everything. */
export function transactionInWords(transaction: Transaction, lit: readonly number[], focus?: Value): string {
  const told = lit.length > 0 ? lit.map((i) => transaction.ops[i]!) : transaction.ops;
  return `${transaction.name}: ${told.map((op) => microOpInWords(op, focus)).join(', ')}`;
}
