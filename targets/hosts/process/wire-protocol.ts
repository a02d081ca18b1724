/** What harness and node processes say to each other: at the start through pipes, then through framed TCP. */
import type { ModuleRef, NodeId, Value } from '../../../harness/contracts/index.ts';
import type { Endpoint } from '../../controls/link-proxy/proxy-protocol.ts';

/** The ports of a node program, on the node's own address. */
export const PEER_PORT = 64_001;
export const REQUEST_PORT = 64_002;
/** Where the probe agent listens beside each node. */
export const PROBE_PORT = 64_003;

/** The first and only line on a node program's stdin; the end of stdin means that the harness is gone. */
export interface NodeSetup {
  readonly self: NodeId;
  readonly peers: readonly { readonly id: NodeId; readonly at: Endpoint }[];
  readonly peerEndpoint: Endpoint;
  readonly requestEndpoint: Endpoint;
  /** The node's own address to dial from, where it has one. */
  readonly source?: string;
  readonly dataDir: string;
  readonly seed: number;
  readonly module: ModuleRef;
  readonly resources: NodeResources;
}

/** `Env.work` and `Env.alloc` on real hosts (rule 34). */
export interface NodeResources {
  /** `sleep`: work takes its time and no processor. `spin`: it burns one, and the node does nothing else meanwhile. */
  readonly work: 'sleep' | 'spin';
  readonly cores: number;
  /** Bytes a node may hold by `Env.alloc`. */
  readonly memory: number;
}

/** Lines on the node program's status pipe (descriptor 3). */
export type NodeStatus =
  | { readonly type: 'waiting' }
  | { readonly type: 'started' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Frames on a request connection. The node speaks first, so that who never got `welcome` knows that nobody has read its request. */
export type ToClient =
  | { readonly type: 'welcome' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Value }
  | { readonly type: 'reading'; readonly id: number; readonly answer: ClockReading };

export type ToNode =
  | { readonly type: 'request'; readonly id: number; readonly message: Value }
  /** Asks for the node's own reading of its clocks: for probes. */
  | { readonly type: 'clocks'; readonly id: number };

export type ClockReading = {
  readonly wallMs: number;
  /** Of the machine's monotonic clock, as the node sees it. */
  readonly monotonicNs: number;
};

/** The first frame on a peer connection; every other one is a message. */
export interface PeerHello {
  readonly from: NodeId;
}
