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
