/** What the workload `set` asks of a system: one set that only grows. */

/** A read returns all elements. */
export type SetOperation = { readonly f: 'add'; readonly value: number } | { readonly f: 'read'; readonly value: null };

/** What a read returns, in any order. */
export type SetElements = readonly number[];
