/** Who is where: a subnet of 198.18.0.0/15 (set aside for benchmarks, RFC 2544) per run, claimed by a lock file. */
import type { LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { AddressPlan } from '../process/address-plan.ts';
import { claimPart, type Lock } from '../process/loopback-claim.ts';

/**
 * Locks of subnets. Beside `/run/netns` and not in the temporary folder, which each user may have elsewhere: whoever sees
 * a namespace must see its run's claim too, or would take it for an orphan.
 */
export const SUBNET_LOCKS = '/run/ordeal-subnets';

const MOST_NODES = 200;

export interface NetnsPlan extends AddressPlan {
  readonly lock: Lock;
  /** Where clients connect from: an end of links like any other. */
  readonly clients: string;
  /** Where readiness, verification and the ledger are asked from: never cut (rule 19). */
  readonly control: string;
  addressOf(end: LinkEnd): string;
}

/** Claims a subnet. Throws ORDEAL_PORT_IN_USE when all are claimed by living runs, ORDEAL_BAD_OPTION for too many nodes. */
export function planSubnet(runId: string, nodes: readonly NodeId[]): NetnsPlan {
  if (nodes.length > MOST_NODES)
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `${nodes.length} nodes do not fit into a subnet`, where: '--nodes', value: nodes.length });
  const { part, lock, release } = claimPart({ runId, folder: SUBNET_LOCKS, first: 1, last: 254 });
  const addressOf = (end: LinkEnd): string => `198.18.${part}.${end === 'clients' ? 253 : nodes.indexOf(end) + 1}`;
  return {
    block: `198.18.${part}.0/24`,
    lock,
    release,
    clients: addressOf('clients'),
    control: `198.18.${part}.254`,
    addressOf,
    source: addressOf,
    endpoint: (node, port, view) => ({ host: addressOf(node), port, ...(view === 'clients' && { localAddress: addressOf('clients') }) }),
  };
}
