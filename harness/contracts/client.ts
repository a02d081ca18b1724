/** Clients: the edge between the runner and a system. Outcomes are values beyond this edge, never exceptions. */
import type { Cluster, Node } from './cluster.ts';
import type { Invocation, Outcome } from './history.ts';
import type { NodeId, Ns, Value } from './value.ts';

export interface Call {
  readonly deadline: Ns;
  /** A lazy getter: no AbortController is made unless the client asks for it. Aborted at the deadline. */
  readonly signal: AbortSignal;
  /** Streams (watch, subscription): what was seen becomes an observer event at once. */
  observe(f: string, value: Value): void;
}

export interface Client {
  /** May throw: the runner maps the error by `classify`. Never retries (rule 5). */
  invoke(op: Invocation, call: Call): Promise<Outcome>;
  /** The node that such an operation goes to, as far as it is known, where that need not be the one that the client was opened for (rule 3). */
  speaksTo?(op: Invocation): NodeId | undefined;
  /** Bounded by the runner, its failure ignored. */
  close(): Promise<void>;
}

export interface ClientFactory {
  /** Once per run, before the first client opens. */
  setup?(cluster: Cluster, signal: AbortSignal): Promise<void>;
  /** Once per process. */
  open(node: Node, signal: AbortSignal): Promise<Client>;
  /** The consistency model that the system documents for what these clients ask of it; the workload judges by it (rule 27). */
  readonly documentedModel?: string;
  /** What an error means; undefined for an unknown error, which is `info`. */
  classify(error: unknown): Exclude<Outcome, { type: 'ok' }> | undefined;
}
