/** Hosts, nodes and systems: where it happens. */
import type { ClientFactory } from './client.ts';
import type { Control, Controls, PromotionParams } from './fault.ts';
import type { Membership } from './membership.ts';
import type { Clock, Rng } from './time.ts';
import type { Capability, ModuleRef, NodeId, Options, Value } from './value.ts';

export type Program =
  /** A program of the operating system. */
  | {
      readonly kind: 'exec';
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly ports: readonly number[];
      /** Where it is started; the node's own folder where absent. */
      readonly cwd?: string;
      /** By which faults of its clock are proven; where absent, by the `Date` of an HTTP answer on any of its ports. */
      readonly tellsClock?: ClockQuestion;
    }
  /** A NodeProgram: in the simulator, or in a child process behind a real Env. */
  | { readonly kind: 'node'; readonly module: ModuleRef };

/** How a program is asked for its wall clock. */
export interface ClockQuestion {
  readonly port: number;
  /** Sent on a new connection. */
  readonly question: string;
  /** Finds in what comes back the whole seconds since 1970 and the microseconds, in groups of those names. */
  readonly answer: RegExp;
}

/** The three named positions outside the nodes (rule 19). `control` serves readiness and verification: it is never cut. */
export type Position = 'clients' | 'control';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** The local address to connect from, where the position has one of its own. */
  readonly localAddress?: string;
}

export interface Channel {
  /** One request, one answer. Rejects when the connection is lost or the signal aborts; never retries. */
  request(message: Value, signal: AbortSignal): Promise<Value>;
  close(): Promise<void>;
}

export interface Node {
  readonly id: NodeId;
  /** Where `from` reaches that port of the node. Throws on `sim`. */
  address(port: number, from: Position): Address;
  /** Where `peer` reaches that port of this node (a link proxy on `process`). Throws on `sim`. */
  peerAddress(port: number, peer: NodeId): Address;
  /** What the node itself binds for that port. Throws on `sim`. */
  bindAddress(port: number): Address;
  /** A folder of the node's own for its data, kept over restarts. Throws on `sim`. */
  readonly dataDir: string;
  /** Messages to a NodeProgram: simulated network or framed TCP. */
  channel(from: Position): Channel;
  start(program: Program): Promise<void>;
  stop(how: 'kill' | 'terminate'): Promise<void>;
  state(): 'running' | 'paused' | 'stopped' | 'crashed';
  /** What the node has logged so far, oldest first. */
  logs(): AsyncIterable<string>;
}

export interface Cluster {
  /** The name of the host kind. */
  readonly host: string;
  readonly nodes: readonly Node[];
  readonly clock: Clock;
  control<K extends keyof Controls>(kind: K): Controls[K] | undefined;
}

export interface ProbedCapability {
  readonly ok: boolean;
  readonly found: string;
  readonly remedy?: string;
}

export interface HostRequest<P = unknown> {
  /** Unique among the runs of this machine: part of every name that the host makes. */
  readonly runId: string;
  readonly nodes: number;
  /** What must exist before the system starts: proxies, FUSE mounts, … */
  readonly instrument: ReadonlySet<Capability>;
  readonly options: P;
  readonly rng: Rng;
  /** The run folder; nodes put logs into `nodes/<id>/`. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** One thing that a host kind does to one machine. */
export interface HostStep {
  readonly where: string;
  readonly does: string;
}

export interface HostKind<P = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options<P>;
  /** What this machine lets this host kind do, each with what was found and how to enable it. */
  probe(): Promise<ReadonlyMap<Capability, ProbedCapability>>;
  open(request: HostRequest<P>): Promise<Cluster & AsyncDisposable>;
  /**
   * The command that starts a process where clusters of this kind can be opened (a user namespace, say); undefined where
   * this very process can. Runs are conducted there (rule 19).
   */
  enter?(): readonly string[] | undefined;
  /** What opening it would do where, for people; touches nothing and connects to nobody. Throws as `open` does for options that cannot be. */
  preview?(request: Pick<HostRequest<P>, 'runId' | 'nodes' | 'instrument' | 'options'>): readonly HostStep[];
  /** Removes what runs left whose processes are dead, and no journal names (containers, namespaces). Resolves with the ids of those runs. */
  sweep?(): Promise<readonly string[]>;
}

/** How members of a system learn where the others are (rule 20). */
export type Addressing =
  /** Each member can be given another address for each peer. */
  | 'per-peer'
  /** A member binds one address and advertises another. */
  | 'advertise'
  /** The address bound is the address advertised: not on `process`. */
  | 'fixed';

/** Writes what somebody other than a client saw into the history, as an `info` event of `observer:<who>`, at once. */
export type Observe = (who: string, f: string, value: Value, key?: string | number) => void;

export interface System<P = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  readonly addressing: Addressing;
  readonly options: Options<P>;
  /** What it claims to survive (rule 15). */
  readonly faultModel: {
    readonly crashes: 'minority' | 'none';
    readonly powerLoss: 'all' | 'minority' | 'none';
    readonly clocks: 'any' | 'none';
    /** Of how many nodes the disk may be damaged (turned bits, syncs that were none) over a whole run; of none where absent. */
    readonly disks?: 'minority';
  };
  /** How long, at most, until it notices a failure: windows of faults are longer (rule 14). Milliseconds. */
  readonly detectionMs: number;
  /** How long it may take to settle after the last fault, where that is longer than the usual 30 s. Milliseconds. */
  readonly settleMs?: number;
  /** Binaries and versions; before any namespace is entered. */
  provision(options: P, signal: AbortSignal): Promise<Value>;
  program(node: Node, cluster: Cluster, provisioned: Value, options: P): Program;
  /** Replication attached, not just the port open. */
  ready(cluster: Cluster, signal: AbortSignal, options: P): Promise<void>;
  /** By workload name: this is what a system can be asked. */
  readonly clients: Readonly<Record<string, (options: P) => ClientFactory>>;
  /** Members joined, replication caught up, one primary: asked before the final reads. */
  settled(cluster: Cluster, signal: AbortSignal, options: P): Promise<boolean>;
  /** How many nodes it takes where nobody says. */
  readonly nodes?: number;
  /** So many nodes, the last ones, stand for the outside world: no fault hits them unless it names them (rule 29). None where absent. */
  readonly outside?: number;
  /** What its effect ledger does with a repeat, where it has one (rule 29). */
  readonly sink?: 'plain' | 'keyed';
  /** The nodes that clients speak to; all where absent. */
  entrances?(cluster: Cluster): readonly Node[];
  /**
   * Watches from outside while the workload and everything after it goes on (an effect ledger, say). Resolves, with all
   * it saw written down, soon after `ending` is aborted, which happens before the nodes are torn down.
   */
  watch?(cluster: Cluster, observe: Observe, ending: AbortSignal): Promise<void>;
  /** Makes another node primary by order; absent where the system cannot. Asked once a run; `start` starts a stopped node as the run did. */
  promotions?(cluster: Cluster, start: (node: Node) => Promise<void>): Control<PromotionParams>;
  /** How members leave and join; absent where the system cannot be told. */
  readonly membership?: Membership<P>;
  roles?(cluster: Cluster, signal: AbortSignal, options: P): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>>;
}
