/**
 * Transactions in columns: one row a transaction, one row a micro-operation, no object for either. About 24 bytes a
 * transaction and 34 a micro-operation; the elements of lists stay in the history's text, of which a read keeps length, last
 * element, hash and place.
 */
import type { Value } from '../../../harness/contracts/index.ts';

/** Codes of `Transactions.kind`. */
export const APPEND = 0;
export const READ = 1;
export const WRITE = 2;

/** Element id of nil, and length of a read whose result is not known. */
export const NIL = -0x80000000;
export const UNKNOWN_LENGTH = -1;

/** Lists that somebody looks into. */
export interface ListElements {
  /** The elements that read `op` returned, as ids. A view, valid until the next call. */
  of(op: number, length: number): Int32Array;
}

/** Transactions apart from what they do. */
export interface TransactionRows {
  readonly count: number;
  /** OK, FAIL or INFO of harness/history/columns. */
  readonly outcome: Uint8Array;
  readonly process: Int32Array;
  /** Event indices; -1 where there is none. */
  readonly invocation: Int32Array;
  readonly completion: Int32Array;
  readonly opCount: number;
  readonly keyCount: number;
  /** Client operations whose value is no transaction. */
  readonly foreign: number;
}

export interface Transactions extends TransactionRows {
  /** Micro-operations of transaction t: `firstOp[t] .. firstOp[t + 1]`. */
  readonly firstOp: Int32Array;

  readonly kind: Uint8Array;
  /** The transaction of a micro-operation. */
  readonly owner: Int32Array;
  /** Dense number of its key. */
  readonly key: Int32Array;
  /**
   * What it appends or writes; of a read of a register the value, of a read of a list its last element (NIL where it is
   * empty). Ids >= 0 are that very integer, others are interned. Of an unknown read NIL.
   */
  readonly element: Int32Array;
  /** Of a read of a list: how many elements; of a read of a register 1, or 0 for nil; UNKNOWN_LENGTH where it has no result. */
  readonly length: Int32Array;
  /** Two independent hashes of the list that a read returned: equal lists, equal hashes. */
  readonly hashA: Int32Array;
  readonly hashB: Int32Array;
  /** Where the list stands in the transaction's text. */
  readonly place: Int32Array;
  /** The micro-operation before it in the same transaction on the same key, -1 if there is none. */
  readonly previous: Int32Array;

  /** The key, for sentences. */
  keyValue(key: number): Value;
  /** The element of an id, for sentences. */
  elementValue(id: number): Value;
  readonly elements: ListElements;
  /** How many reads returned a list, and how many another value than nil: the two workloads differ by them. */
  readonly listReads: number;
  readonly scalarReads: number;
}

/** Seeds of the hashes of an empty list. */
export const EMPTY_HASH_A = 0x2545f491;
export const EMPTY_HASH_B = 0x4f6cdd1d;

/** The first hash of a list with one more element. A bijection for each element: lists that differ stay apart but by chance. */
export function extendHashA(hash: number, element: number): number {
  const mixed = Math.imul(hash ^ element, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** The second hash, of another kind. */
export function extendHashB(hash: number, element: number): number {
  const mixed = Math.imul((hash + Math.imul(element, 0xc2b2ae35)) | 0, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
