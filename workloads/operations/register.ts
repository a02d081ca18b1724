/** What the workload `register` asks of a system: a register under each key, absent (null) at first. */

/** `cas` is `[expected, new]`; a refused one is `ok` with `applied: false`. */
export type RegisterOperation =
  | { readonly f: 'read'; readonly key: number; readonly value: null }
  | { readonly f: 'write'; readonly key: number; readonly value: number }
  | { readonly f: 'cas'; readonly key: number; readonly value: readonly [expected: number, replacement: number] };

/** What a read returns. */
export type RegisterValue = number | null;
