/**
 * Locks over raftkv's registers, as lock clients of databases without leases make them: one register holds a number that
 * grows whenever the lock changes hands, odd while somebody has it, and the odd number is the fencing token. Who finds the same
 * number for a lease long, by its own clock, takes the lock from its holder.
 */
import type { Call, Client, Clock, Invocation, Ns, Outcome } from '../../../../harness/contracts/index.ts';
import { ms } from '../../../../harness/time/units.ts';
import type { LockUpdate } from '../../../../workloads/operations/lock.ts';
import type { Command } from '../raft/messages.ts';

/** Carries out one command. */
export type Ask = (command: Command, call: Pick<Call, 'deadline'>) => Promise<Outcome>;

const REFUSED: Outcome = { type: 'ok', value: null, applied: false };

export class LockClient implements Client {
  readonly #ask: Ask;
  readonly #clock: Clock;
  readonly close: () => Promise<void>;
  /** By lock, the number of a holder, and since when it has been seen there. */
  readonly #watched = new Map<string, { readonly number: number; readonly since: Ns }>();

  constructor(ask: Ask, clock: Clock, close: () => Promise<void>) {
    this.#ask = ask;
    this.#clock = clock;
    this.close = close;
  }

  async invoke(op: Invocation, call: Pick<Call, 'deadline'>): Promise<Outcome> {
    const [lock, resource] = [`lock/${op.key}`, `resource/${op.key}`];
    if (op.f === 'acquire') return this.#acquire(lock, (op.value as { readonly lease: number }).lease, call);
    if (op.f === 'read') return this.#ask({ op: 'read', key: resource }, call);
    if (op.f === 'update') {
      const { token, to, write } = op.value as LockUpdate;
      if (write === 'plain') return this.#ask({ op: 'write', key: resource, value: to }, call);
      return this.#ask({ op: 'write-if', key: resource, value: to, guard: lock, expected: token ?? -1 }, call);
    }
    if (op.f !== 'release') throw new Error(`the lock client does not know "${op.f}"`);
    const token = op.value as number;
    return this.#ask({ op: 'cas', key: lock, from: token, to: token + 1 }, call);
  }

  async #acquire(lock: string, lease: number, call: Pick<Call, 'deadline'>): Promise<Outcome> {
    const found = await this.#ask({ op: 'read', key: lock }, call);
    // nothing was asked for yet
    if (found.type !== 'ok') return { type: 'fail', error: found.error };
    const number = found.value as number | null;
    if (this.#isHeld(lock, number, ms(lease))) return REFUSED;
    const token = (number ?? 0) + (isOdd(number) ? 2 : 1);
    const taken = await this.#ask({ op: 'cas', key: lock, from: number, to: token }, call);
    return taken.type === 'ok' && taken.applied !== false ? { type: 'ok', value: { token, lease } } : taken.type === 'ok' ? REFUSED : taken;
  }

  /** Whether somebody has it whose lease may not be over. */
  #isHeld(lock: string, number: number | null, lease: Ns): boolean {
    if (number === null || !isOdd(number)) return false;
    const now = this.#clock.now();
    const before = this.#watched.get(lock);
    if (before?.number === number) return now < before.since + lease;
    this.#watched.set(lock, { number, since: now });
    return true;
  }
}

function isOdd(number: number | null): boolean {
  return (number ?? 0) % 2 === 1;
}
