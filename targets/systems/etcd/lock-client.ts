/**
 * Locks by etcd's own lock service (v3lock), each acquisition under a lease of its own that nobody renews. Its fencing token
 * is the store's revision when the lock was granted; a fenced write asks in its transaction whether the lock's key is there.
 */
import type { Call, Client, ClientFactory, Clock, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import type { LockUpdate } from '../../../workloads/operations/lock.ts';
import { withPatience } from '../patience/patience.ts';
import { etcdSessions, type SessionParts } from './client-factory.ts';
import type { Gateway } from './gateway.ts';
import { decode, encode, keyOf } from './keys.ts';
import { grantLease, revokeLease } from './lease.ts';

export function lockClients(): ClientFactory {
  return etcdSessions((parts) => new LockClient(parts));
}

interface Held {
  readonly lease: string;
  /** As the gateway gave it: base64. */
  readonly lockKey: string;
}

class LockClient implements Client {
  readonly #gateway: Gateway;
  readonly #clock: Clock;
  /** By lock, the last that was granted, also when it has been given back. */
  readonly #held = new Map<number, Held>();

  constructor({ gateway, clock }: SessionParts) {
    this.#gateway = gateway;
    this.#clock = clock;
  }

  async invoke(op: Invocation, { signal }: Call): Promise<Outcome> {
    const key = op.key as number;
    if (op.f === 'acquire') return this.#acquire(key, (op.value as { readonly lease: number }).lease, signal);
    if (op.f === 'read') return this.#read(key, signal);
    if (op.f === 'update') return this.#update(key, op.value as LockUpdate, signal);
    if (op.f === 'release') return this.#release(key, signal);
    throw new Error(`the lock client does not know "${op.f}"`);
  }

  /** A process that ends gives nothing back: its leases run out. */
  async close(): Promise<void> {
    this.#gateway.close();
  }

  async #acquire(key: number, leaseMs: number, signal: AbortSignal): Promise<Outcome> {
    const lease = await grantLease(this.#gateway, leaseMs, signal);
    if ('type' in lease) return lease;
    const request = { name: keyOf('lock', key), lease: lease.id };
    const answer = await withPatience(this.#clock, signal, (both) => this.#gateway.post('/v3/lock/lock', request, both));
    if (answer === undefined) {
      // it may have been granted in this very moment: without its lease there is no lock
      await revokeLease(this.#gateway, lease.id, signal);
      return { type: 'ok', value: null, applied: false };
    }
    const { key: lockKey, header } = answer as { key: string; header: { revision: string } };
    this.#held.set(key, { lease: lease.id, lockKey });
    return { type: 'ok', value: { token: Number(header.revision), lease: lease.ms } };
  }

  async #read(key: number, signal: AbortSignal): Promise<Outcome> {
    const { kvs } = (await this.#gateway.post('/v3/kv/range', { key: keyOf('resource', key) }, signal)) as { kvs?: { value: string }[] };
    return { type: 'ok', value: kvs?.[0] === undefined ? null : Number(decode(kvs[0].value)) };
  }

  async #update(key: number, { to, write }: LockUpdate, signal: AbortSignal): Promise<Outcome> {
    const put = { key: keyOf('resource', key), value: encode(String(to)) };
    if (write === 'plain') {
      await this.#gateway.post('/v3/kv/put', put, signal);
      return { type: 'ok', value: null };
    }
    const held = this.#held.get(key);
    if (held === undefined) return { type: 'ok', value: null, applied: false };
    const compare = [{ key: held.lockKey, target: 'VERSION', result: 'GREATER', version: '0' }];
    const { succeeded } = (await this.#gateway.post('/v3/kv/txn', { compare, success: [{ request_put: put }] }, signal)) as { succeeded?: boolean };
    return succeeded === true ? { type: 'ok', value: null } : { type: 'ok', value: null, applied: false };
  }

  async #release(key: number, signal: AbortSignal): Promise<Outcome> {
    const held = this.#held.get(key);
    const isThere = held !== undefined && (await revokeLease(this.#gateway, held.lease, signal));
    return isThere ? { type: 'ok', value: null } : { type: 'ok', value: null, applied: false };
  }
}
