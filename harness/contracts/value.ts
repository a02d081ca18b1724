/** Values, units and options: what every other contract is made of. */

/** A JSON value. Integers beyond 2^53 travel as strings. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** Integer nanoseconds since the start of the run (2^53 ns is 104 days). Never a bigint, never bare milliseconds. */
export type Ns = number & { readonly unit: 'ns' };

/** The name of a node: `n1`, `n2`, … */
export type NodeId = string & { readonly kind: 'node' };

/** Something a machine and a host kind can do: `net.cut`, `clock.jump`, `disk.lose-unsynced`, `node-program`, … */
export type Capability = string & { readonly kind: 'capability' };

/** A parser of untrusted options: a zod schema. The one source of flags, config keys, `--help` and docs. */
export interface Options<T> {
  /** Takes anything, gives the options with defaults filled in, throws a ZodError on bad input. */
  parse(input: unknown): T;
}

/** How code crosses to a worker thread or a child process: the module, the export, and what the export is given. */
export interface ModuleRef {
  readonly url: string;
  readonly name: string;
  readonly options: Value;
}
