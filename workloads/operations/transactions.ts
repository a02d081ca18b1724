/** What transactional workloads ask of a system: micro-operations, in their order, all of them or none. */

/** Appends the element to the list under the key; an absent list is empty. */
export type Append = readonly [f: 'append', key: number, element: number];

/** Sets the register under the key. */
export type Write = readonly [f: 'w', key: number, value: number];

/** Reads; in an invocation nothing is known yet. */
export type Read<Found = null> = readonly [f: 'r', key: number, found: Found];

/** What `list-append` asks. It completes with the same micro-operations, and in each read the list that it found. */
export interface ListTransaction {
  readonly f: 'txn';
  readonly value: readonly (Append | Read)[];
}

/** What `rw-register` asks. It completes with the same micro-operations, and in each read what it found, null where nothing was. */
export interface RegisterTransaction {
  readonly f: 'txn';
  readonly value: readonly (Write | Read)[];
}

/** Inserts a row under a key that has none; otherwise the transaction fails. */
export type Insert = readonly [f: 'insert', key: number, value: number];

/** Deletes a row; where there is none, the transaction fails, and so does one that writes a row which is not there. */
export type Delete = readonly [f: 'delete', key: number];

/** Every row, those of a value, or those of a remainder of their value. */
export type RowPredicate = 'true' | readonly ['=', value: number] | readonly ['mod', modulus: number, remainder: number];

/** Reads all rows that match; in an invocation nothing is known yet. */
export type PredicateRead<Found = null> = readonly [f: 'rp', predicate: RowPredicate, found: Found];

/** What `predicate` asks. It completes with the same micro-operations, in each read the value that it found, null where no row was, and in each predicate read pairs of keys and values. */
export interface RowTransaction {
  readonly f: 'txn';
  readonly value: readonly (Insert | Write | Delete | Read | PredicateRead)[];
}
