/** What the harness asks of the probe agent, which measures links from outside the proxy. */
import type { LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import type { Endpoint } from './proxy-protocol.ts';

/** Where an end dials the probe listener beside a node: a door of the link proxy. */
export interface ProbeDoor {
  readonly from: LinkEnd;
  readonly node: NodeId;
  readonly at: Endpoint;
  /** The dialling end's own address, where it has one. */
  readonly source?: string;
}

export type Link = readonly [from: LinkEnd, to: LinkEnd];

export type ProbeRequest =
  /** Listens beside each node and connects every pair of ends, each node with itself too: before any fault. */
  | { readonly op: 'open'; readonly listen: readonly { readonly node: NodeId; readonly at: Endpoint }[]; readonly doors: readonly ProbeDoor[] }
  /**
   * Sends messages over these links and counts what arrives at the other ends. Waits until all messages over `controls`
   * have arrived, then until all over `links` have, or `patienceMs` has gone by.
   */
  | { readonly op: 'measure'; readonly links: readonly Link[]; readonly controls: readonly Link[]; readonly patienceMs: number }
  /** Asks questions over new connections: of the first end of a link, by the second. What arrived of both is counted. Waits as `measure` does, for answers. */
  | { readonly op: 'ask'; readonly links: readonly Link[]; readonly controls: readonly Link[]; readonly patienceMs: number }
  /** Looks at links as who dials over them: one question each, over a new connection, and one standing connection. Waits as `measure` does. */
  | { readonly op: 'look'; readonly links: readonly Link[]; readonly controls: readonly Link[]; readonly patienceMs: number };

/** How a link looks to who dials over it. */
export interface LinkLook {
  /** What came of a question over a new connection. */
  readonly fresh: 'answered' | 'ended' | 'silent';
  /** What became of a connection that stood before. */
  readonly standing: 'open' | 'ended';
}

export interface LinkCount {
  readonly link: Link;
  readonly sent: number;
  readonly arrived: number;
  /** Of questions: how many the asked end received; `arrived` is the answers then. */
  readonly heard?: number;
  /** Where a look was asked for: `arrived` is 1 for an answer then. */
  readonly look?: LinkLook;
}

export interface ProbeAnswer {
  readonly links: readonly LinkCount[];
  readonly controls: readonly LinkCount[];
}
