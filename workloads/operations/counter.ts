/** What the workload `counter` asks of a system: increments that each carry a tag of their own. */

/** A read returns the tags of all increments applied, each as often as it was applied. */
export type CounterOperation = { readonly f: 'increment'; readonly value: number } | { readonly f: 'read'; readonly value: null };

/** What a read returns, in any order. */
export type CounterTags = readonly (number | string)[];
