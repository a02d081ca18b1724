/** Things with options: how a configuration says what a test is made of, `etcd({ reads: 'serializable' })`. */
import type { Fault, System, Workload } from '../contracts/index.ts';

/** A system, workload or fault together with options for it. */
export interface Use<T> {
  readonly use: T;
  /** As given: its schema reads them and fills in the defaults when the test is planned. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Names a system, workload or fault, also one of your own, together with its options, for a configuration. */
export function use<P>(thing: System<P>, options?: Partial<P>): Use<System>;
export function use<P>(thing: Workload<P>, options?: Partial<P>): Use<Workload>;
export function use<P>(thing: Fault<P>, options?: Partial<P>): Use<Fault>;
export function use(thing: unknown, options: object = {}): Use<unknown> {
  return { use: thing, options: options as Readonly<Record<string, unknown>> };
}
