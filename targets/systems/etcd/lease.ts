/** Leases: what is held under one is gone with it. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { type Gateway, GatewayError } from './gateway.ts';

export interface Lease {
  readonly id: string;
  /** As etcd gave it: whole seconds, and not fewer than an election takes. */
  readonly ms: number;
}

/** The lease, or the outcome without one: a lease that nobody knows of does no harm, so whatever was to be asked under it has failed. */
export async function grantLease(gateway: Gateway, leaseMs: number, signal: AbortSignal): Promise<Lease | Outcome> {
  try {
    const { ID, TTL } = (await gateway.post('/v3/lease/grant', { TTL: String(Math.ceil(leaseMs / 1000)) }, signal)) as { ID: string; TTL: string };
    return { id: ID, ms: Number(TTL) * 1000 };
  } catch (error) {
    return { type: 'fail', error: { code: 'no-lease', message: messageOf(error) } };
  }
}

/** Whether there was such a lease; afterwards there is none, and nothing under it. Rejects where that is not known. */
export async function revokeLease(gateway: Gateway, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await gateway.post('/v3/lease/revoke', { ID: id }, signal);
    return true;
  } catch (error) {
    if (error instanceof GatewayError && /requested lease not found/.test(error.message)) return false;
    throw error;
  }
}
