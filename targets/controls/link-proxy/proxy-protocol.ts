/** What the harness tells its link proxy. Every request replaces what an earlier one of its kind said: the proxy is declarative. */
import type { LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import type { DirectedLink } from '../desired-state.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';
import type { LostReply } from './cut-table.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One door to one port of one node. */
export interface ListenerSpec {
  readonly listen: Endpoint;
  /** The node behind it, and what it has bound. */
  readonly node: NodeId;
  readonly target: Endpoint;
  /** Who comes through this door; `anyone`: found out from the connection itself (a system that advertises one address to all). */
  readonly from: LinkEnd | 'anyone';
}

export type ProxyRequest =
  /** Opens these doors besides those that are open. Fails with the code of the system's error (EADDRINUSE) and opens none. */
  | { readonly op: 'listen'; readonly listeners: readonly ListenerSpec[] }
  /** The links that are cut from now on, and those of them that refuse what is sent over them: the whole sets. */
  | { readonly op: 'cut'; readonly links: readonly DirectedLink[]; readonly refused?: readonly DirectedLink[] }
  /** Breaks the connections that stand between these ends now. */
  | { readonly op: 'break'; readonly links: readonly DirectedLink[] }
  /** The links whose answers are lost from now on: the whole set. */
  | { readonly op: 'lose-replies'; readonly replies: readonly LostReply[] }
  /** Who is who: source addresses and processes (their descendants included) of each end. The whole table. */
  | { readonly op: 'identities'; readonly ends: readonly EndIdentity[] }
  | { readonly op: 'stats' };

export interface EndIdentity {
  readonly end: LinkEnd;
  /** A connection from this address is of this end. */
  readonly address?: string;
  readonly process?: ProcessIdentity;
}

export interface ProxyStats {
  /** Connections that pass bytes now. */
  readonly open: number;
  /** Connections over a cut link that wait for its healing or their time-out. */
  readonly waiting: number;
  /** Connections so far whose dialler could not be told: they are closed, so that nobody slips through a partition. */
  readonly unidentified: number;
  /** Bytes passed so far, by `n1>n2`. */
  readonly bytes: Readonly<Record<string, number>>;
}

export type ProxyAnswer = ProxyStats | null;
