/**
 * What the controls over processes (signals, clocks) need of a host whose nodes are processes of this machine: the
 * `process` host now, namespaces too. They know nothing of addresses, programs or proxies.
 */
import type { NodeId, Ns } from '../../../harness/contracts/index.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';

/** What somebody outside the faults (the control position) saw when they spoke to a node. */
export interface Contact {
  /** `silent`: nobody said anything in time, though something may hold the port open. `refused`: nobody listens. */
  readonly reply: 'answered' | 'silent' | 'refused';
  /** What the node's answer said of its clocks, if anything. */
  readonly clocks?: ClockSighting;
}

export interface ClockSighting {
  /** Milliseconds since 1970 by the node's wall clock. */
  readonly wallMs: number;
  /** How far a true reading may lie from `wallMs` by rounding down (an HTTP date has whole seconds). */
  readonly resolutionMs: number;
  /** ns of the machine's monotonic clock as the node sees it, where it says so. */
  readonly monotonicNs?: number;
}

/** Called with a process that has just started, before it can serve (rule 12). */
export type StartHook = (node: NodeId, process: ProcessIdentity) => Promise<void>;

/** Losses of power: what can be done to the disks of nodes whose processes are dead. */
export interface NodePower {
  /** What a change names, so that it can be undone by somebody else. */
  folders(nodes: readonly NodeId[]): readonly string[];
  /** The disk forgets what was not synced; `torn`: parts of it stay. Before that, an observer leaves something to lose. */
  cut(node: NodeId, change: string, torn: boolean): Promise<void>;
  /** What the observer finds of it. */
  sighting(node: NodeId, change: string): Promise<{ readonly holds: boolean; readonly measured: string }>;
}

/** Freezing: what a process cannot notice and SIGCONT does not end. */
export interface NodeFreezer {
  /** Resolves when all of the node's processes stand. */
  freeze(node: NodeId, process: ProcessIdentity): Promise<void>;
  /** Also when nothing is frozen. */
  thaw(node: NodeId): void;
  /** By the kernel's account. */
  isFrozen(node: NodeId): boolean;
  /** What a change names, so that it can be undone by somebody else. */
  folders(nodes: readonly NodeId[]): readonly string[];
}

export interface NodeProcesses {
  readonly nodes: readonly NodeId[];
  /** The first process of the node now; undefined while it is down. */
  identity(node: NodeId): ProcessIdentity | undefined;
  /** `crashed`: it ended, and not by us. */
  state(node: NodeId): 'running' | 'paused' | 'stopped' | 'crashed';
  /** Ends the node's processes at once and waits until they are gone. */
  kill(node: NodeId): Promise<void>;
  /** Starts what ran last. `paused`: it is stopped before it can serve, and the promise does not wait for it to serve. */
  restart(node: NodeId, how: 'running' | 'paused'): Promise<void>;
  /** The node's processes were stopped or continued by us: for `Node.state`. */
  notePaused(node: NodeId, paused: 'paused' | 'running'): void;
  /** Adds a hook for every start from now on. */
  beforeServing(hook: StartHook): void;
  /** Speaks to the node over a path that no fault touches, and waits so long for an answer. Never rejects. */
  contact(node: NodeId, patience: Ns): Promise<Contact>;
  /** Runs `action` when no other such action on that node is under way: stopping and continuing must not cross. */
  exclusively<T>(node: NodeId, action: () => Promise<T>): Promise<T>;
}
