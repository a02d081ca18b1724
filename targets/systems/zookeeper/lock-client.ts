/**
 * Locks by ZooKeeper's recipe, each acquisition in a session of its own that nobody pings: it expires, and the lock is free.
 * The fencing token is the transaction that made the holder's node (its czxid). The resource is written in another session,
 * as one would be that is no part of ZooKeeper; a fenced write asks in the same transaction whether the holder's node is there.
 */
import type { Call, Client, ClientFactory, Clock, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import type { LockUpdate } from '../../../workloads/operations/lock.ts';
import { withPatience } from '../patience/patience.ts';
import { pathOf, readThrough, type SessionParts, zookeeperSessions } from './client-factory.ts';
import { ZookeeperError } from './errors.ts';
import { ANY_VERSION, check, getData, multi, nodeDataIn, REFUSAL, refusalsIn, setData } from './jute.ts';
import { ensure, joinLine, leaveLine, type Place, untilFirst } from './line.ts';
import type { ZookeeperOptions } from './options.ts';
import type { Session } from './session.ts';

export function lockClients({ reads }: ZookeeperOptions): ClientFactory {
  return zookeeperSessions((parts) => new LockClient(parts, reads));
}

const DONE: Outcome = { type: 'ok', value: null };
const REFUSED: Outcome = { type: 'ok', value: null, applied: false };

class LockClient implements Client {
  readonly #session: Session;
  readonly #address: SessionParts['address'];
  readonly #clock: Clock;
  readonly #reads: ZookeeperOptions['reads'];
  /** By lock, the last that was granted, also when it has been given back. */
  readonly #held = new Map<number, Place>();
  /** Locks whose parent and resource are there. */
  readonly #known = new Set<number>();

  constructor({ session, address, clock }: SessionParts, reads: ZookeeperOptions['reads']) {
    this.#session = session;
    this.#address = address;
    this.#clock = clock;
    this.#reads = reads;
  }

  async invoke(op: Invocation, { signal }: Call): Promise<Outcome> {
    const key = op.key as number;
    if (op.f === 'acquire') return this.#acquire(key, (op.value as { readonly lease: number }).lease, signal);
    if (op.f === 'read') return this.#read(key, signal);
    if (op.f === 'update') return this.#update(key, op.value as LockUpdate, signal);
    if (op.f === 'release') return this.#release(key, signal);
    throw new Error(`the lock client does not know "${op.f}"`);
  }

  /** A process that ends gives nothing back: its sessions run out. */
  async close(): Promise<void> {
    for (const { session } of this.#held.values()) session.abandon();
    this.#session.close();
  }

  async #acquire(key: number, leaseMs: number, signal: AbortSignal): Promise<Outcome> {
    if (!this.#known.has(key)) await ensure(this.#session, [lineOf(key), resourceOf(key)], signal);
    this.#known.add(key);
    const place = await joinLine(this.#address, lineOf(key), '', leaseMs, signal);
    const turn = await withPatience(this.#clock, signal, async (both) => {
      await untilFirst(place, both);
      return 'has come';
    });
    if (turn === undefined) {
      // its turn may have come in this very moment: without its node there is no lock
      await leaveLine(this.#session, place, signal);
      return REFUSED;
    }
    this.#held.get(key)?.session.close();
    this.#held.set(key, place);
    return { type: 'ok', value: { token: place.czxid, lease: place.session.timeoutMs } };
  }

  async #read(key: number, signal: AbortSignal): Promise<Outcome> {
    const { error, body } = await readThrough(this.#session, this.#reads, getData(resourceOf(key)), signal);
    if (error !== 0 && error !== REFUSAL.noNode) throw new ZookeeperError(error);
    const data = error === 0 ? nodeDataIn(body).data : '';
    return { type: 'ok', value: data === '' ? null : Number(data) };
  }

  async #update(key: number, { to, write }: LockUpdate, signal: AbortSignal): Promise<Outcome> {
    const set = setData(resourceOf(key), String(to), ANY_VERSION);
    if (write === 'plain') {
      await this.#session.ask(set, signal);
      return DONE;
    }
    const held = this.#held.get(key);
    if (held === undefined) return REFUSED;
    const [asked] = refusalsIn(await this.#session.ask(multi(check(held.path, ANY_VERSION), set), signal));
    if (asked === undefined) return DONE;
    if (asked === REFUSAL.noNode) return REFUSED;
    throw new ZookeeperError(asked);
  }

  async #release(key: number, signal: AbortSignal): Promise<Outcome> {
    const held = this.#held.get(key);
    return held !== undefined && (await leaveLine(this.#session, held, signal)) ? DONE : REFUSED;
  }
}

function lineOf(key: number): string {
  return pathOf(`lock-${key}`);
}

function resourceOf(key: number): string {
  return pathOf(`resource-${key}`);
}
