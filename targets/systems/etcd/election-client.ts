/**
 * Elections by etcd's own election service (v3election). The term is the revision at which the leader's key was made. Each
 * candidate stands under a lease of its own that nobody renews; by revoking it, it steps down.
 */
import type { Call, Client, ClientFactory, Clock, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import type { ElectionOperation } from '../../../workloads/operations/election.ts';
import { withPatience } from '../patience/patience.ts';
import { etcdSessions, type SessionParts } from './client-factory.ts';
import { type Gateway, GatewayError } from './gateway.ts';
import { decode, encode, keyOf } from './keys.ts';
import { grantLease, revokeLease } from './lease.ts';

export function electionClients(): ClientFactory {
  return etcdSessions((parts) => new ElectionClient(parts));
}

class ElectionClient implements Client {
  readonly #gateway: Gateway;
  readonly #clock: Clock;
  /** The lease under which it leads, or led, an election. */
  #lease: string | undefined;

  constructor({ gateway, clock }: SessionParts) {
    this.#gateway = gateway;
    this.#clock = clock;
  }

  async invoke(op: Invocation, { signal }: Call): Promise<Outcome> {
    const { f, key, value } = op as unknown as ElectionOperation;
    if (f === 'elect') return this.#elect(keyOf('election', key), value, signal);
    if (f === 'inspect') return this.#inspect(keyOf('election', key), signal);
    throw new Error(`the election client does not know "${op.f}"`);
  }

  /** A process that ends does not step down: its lease runs out. */
  async close(): Promise<void> {
    this.#gateway.close();
  }

  async #elect(name: string, { leader, lease: leaseMs }: { readonly leader: number; readonly lease: number }, signal: AbortSignal): Promise<Outcome> {
    if (this.#lease !== undefined) await revokeLease(this.#gateway, this.#lease, signal);
    this.#lease = undefined;
    const lease = await grantLease(this.#gateway, leaseMs, signal);
    if ('type' in lease) return lease;
    const request = { name, lease: lease.id, value: encode(String(leader)) };
    const answer = await withPatience(this.#clock, signal, (both) => this.#gateway.post('/v3/election/campaign', request, both));
    if (answer === undefined) {
      // it may have been elected in this very moment: without its lease it does not lead
      await revokeLease(this.#gateway, lease.id, signal);
      return { type: 'fail', error: { code: 'not-elected', message: 'somebody else leads' } };
    }
    this.#lease = lease.id;
    return { type: 'ok', value: [Number((answer as { leader: { rev: string } }).leader.rev), leader] };
  }

  async #inspect(name: string, signal: AbortSignal): Promise<Outcome> {
    try {
      const { kv } = (await this.#gateway.post('/v3/election/leader', { name }, signal)) as { kv: { value: string; create_revision: string } };
      return { type: 'ok', value: [Number(kv.create_revision), Number(decode(kv.value))] };
    } catch (error) {
      if (error instanceof GatewayError && /election: no leader/.test(error.message))
        return { type: 'fail', error: { code: 'nobody-leads', message: error.message } };
      throw error;
    }
  }
}
