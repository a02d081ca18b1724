/**
 * Who is where on loopback. On Linux a run has a block `127.<part>.0.0/16`, and an address says who looks at whom:
 * `127.<part>.0.<i>` is node i itself, `127.<part>.<j>.<i>` is node i as node j reaches it (a door of the link proxy),
 * `127.<part>.254.<i>` as clients do, `127.<part>.253.<i>` as anyone does (for systems that advertise one address).
 * Elsewhere only 127.0.0.1 exists: each of these views gets a port of its own from the run's range.
 */
import type { Address, NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type Claim, claimPart, type Lock } from './loopback-claim.ts';

/** How a node is looked at: as itself (what it binds; never proxied), by a peer, by clients, by whoever has the advertised address. */
export type View = 'itself' | 'clients' | 'anyone' | NodeId;

export interface AddressPlan {
  /** For people: `127.37.0.0/16`. */
  readonly block: string;
  /** Where that port of the node is, in that view. Pure after the claim: the same answer every time. */
  endpoint(node: NodeId, port: number, view: View): Address;
  /** The node's own source address, where nodes have one each. */
  source(node: NodeId): string | undefined;
  release(): void;
}

/** A plan that holds a claim on loopback. */
export interface LoopbackPlan extends AddressPlan {
  readonly lock: Lock;
}

/** A node per last byte, a peer's view per third byte below the named views. */
export const MOST_NODES = 250;
const CLIENTS_VIEW = 254;
const ANYONE_VIEW = 253;

const FIRST_PORT = 20_000;
const PORTS_PER_RUN = 1_000;

export interface AddressPlanRequest {
  readonly runId: string;
  readonly nodes: readonly NodeId[];
  /** Whether every address in 127/8 is ours to bind (Linux). */
  readonly manyAddresses?: boolean;
  /** Where the locks of claims lie. */
  readonly lockFolder?: string;
}

/** Claims a part of loopback for the run. Throws ORDEAL_PORT_IN_USE, ORDEAL_BAD_OPTION. */
export function planAddresses(request: AddressPlanRequest): LoopbackPlan {
  if (request.nodes.length > MOST_NODES) {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `${request.nodes.length} nodes do not fit on loopback`, value: request.nodes.length });
  }
  const folder = request.lockFolder === undefined ? {} : { folder: request.lockFolder };
  const indices = new Map(request.nodes.map((node, i) => [node, i + 1]));
  const indexOf = (node: NodeId): number => {
    const index = indices.get(node);
    if (index === undefined) throw new OrdealError('ORDEAL_INTERNAL', { what: `there is no node ${node}`, value: node });
    return index;
  };
  if (request.manyAddresses ?? process.platform === 'linux') {
    const claim = claimPart({ runId: request.runId, ...folder, first: 1, last: 254 });
    return addressPerView(claim.part, indexOf, claim);
  }
  const claim = claimPart({ runId: request.runId, ...folder, first: 1_001, last: 1_040 });
  return portPerView(FIRST_PORT + (claim.part - 1_001) * PORTS_PER_RUN, indexOf, claim);
}

function addressPerView(part: number, indexOf: (node: NodeId) => number, { lock, release }: Claim): LoopbackPlan {
  const third = (view: View): number => (view === 'itself' ? 0 : view === 'clients' ? CLIENTS_VIEW : view === 'anyone' ? ANYONE_VIEW : indexOf(view));
  return {
    block: `127.${part}.0.0/16`,
    endpoint: (node, port, view) => ({ host: `127.${part}.${third(view)}.${indexOf(node)}`, port }),
    source: (node) => `127.${part}.0.${indexOf(node)}`,
    lock,
    release,
  };
}

function portPerView(first: number, indexOf: (node: NodeId) => number, { lock, release }: Claim): LoopbackPlan {
  const given = new Map<string, number>();
  return {
    block: `127.0.0.1:${first}-${first + PORTS_PER_RUN - 1}`,
    endpoint: (node, port, view) => {
      const key = `${indexOf(node)} ${port} ${view}`;
      const offset = given.get(key) ?? given.size;
      if (offset >= PORTS_PER_RUN) throw new OrdealError('ORDEAL_PORT_IN_USE', { what: `the run's ${PORTS_PER_RUN} ports are used up`, value: port });
      given.set(key, offset);
      return { host: '127.0.0.1', port: first + offset };
    },
    source: () => undefined,
    lock,
    release,
  };
}
