/**
 * Locks by etcd's own lock service (v3lock), each acquisition under a lease of its own that nobody renews. Its fencing token
 * is the store's revision when the lock was granted; a fenced write asks in its transaction whether the lock's key is there.
 */
import type { Call, Client, ClientFactory, Clock, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { LockUpdate } from '../../../workloads/operations/lock.ts';
import { etcdSessions, type SessionParts } from './client-factory.ts';
import { type Gateway, GatewayError } from './gateway.ts';
import { decode, encode, keyOf } from './keys.ts';

/** So long a client stands in line for a lock before it says that somebody else has it. */
const PATIENCE = ms(400);

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
    const granted = await this.#grant(leaseMs, signal);
    if ('type' in granted) return granted;
    const { lease, leaseMs: given } = granted;
    const patience = new AbortController();
    const timer = this.#clock.at((this.#clock.now() + PATIENCE) as typeof PATIENCE, () => patience.abort());
    try {
      const answer = await this.#gateway.post('/v3/lock/lock', { name: keyOf('lock', key), lease }, AbortSignal.any([signal, patience.signal]));
      const { key: lockKey, header } = answer as { key: string; header: { revision: string } };
      this.#held.set(key, { lease, lockKey });
      return { type: 'ok', value: { token: Number(header.revision), lease: given } };
    } catch (error) {
      if (!patience.signal.aborted || signal.aborted) throw error;
      // it may have been granted in this very moment: without its lease there is no lock
      await this.#revoke(lease, signal);
      return { type: 'ok', value: null, applied: false };
    } finally {
      timer.cancel();
    }
  }

  /** A lease that nobody knows of does no harm: without an answer, no lock was asked for. */
  async #grant(leaseMs: number, signal: AbortSignal): Promise<{ readonly lease: string; readonly leaseMs: number } | Outcome> {
    try {
      const { ID, TTL } = (await this.#gateway.post('/v3/lease/grant', { TTL: String(Math.ceil(leaseMs / 1000)) }, signal)) as { ID: string; TTL: string };
      return { lease: ID, leaseMs: Number(TTL) * 1000 };
    } catch (error) {
      return { type: 'fail', error: { code: 'no-lease', message: messageOf(error) } };
    }
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
    const isThere = held !== undefined && (await this.#revoke(held.lease, signal));
    return isThere ? { type: 'ok', value: null } : { type: 'ok', value: null, applied: false };
  }

  /** Whether there was such a lease; afterwards there is none, and no lock of it. */
  async #revoke(lease: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#gateway.post('/v3/lease/revoke', { ID: lease }, signal);
      return true;
    } catch (error) {
      if (error instanceof GatewayError && /requested lease not found/.test(error.message)) return false;
      throw error;
    }
  }
}
