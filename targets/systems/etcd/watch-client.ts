/**
 * Watches over the gateway. A client has one stream; when its connection was lost the next operation opens another, which goes
 * on behind the last revision that came (`watchResume: now` leaves that out). Writes go to the same node.
 */
import type { Address, Call, Client, ClientFactory, Clock, Invocation, Ns, Outcome } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Watched, WatchRequest } from '../../../workloads/operations/watch.ts';
import { etcdSessions, type SessionParts } from './client-factory.ts';
import type { Gateway } from './gateway.ts';
import { encode, keyOf, rangeOf } from './keys.ts';
import type { EtcdOptions } from './options.ts';
import { WatchStream } from './watch-stream.ts';

/** So long it waits for the first change, and then for others that come with it. */
const FIRST = ms(200);
const OTHERS = ms(50);
/** So long before its deadline an operation gives what it has. */
const MARGIN = ms(500);

export function watchClients({ watchResume }: EtcdOptions): ClientFactory {
  return etcdSessions((parts) => new WatchClient(parts, watchResume));
}

class WatchClient implements Client {
  readonly #gateway: Gateway;
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #resume: EtcdOptions['watchResume'];
  #stream: WatchStream | undefined;
  /** The last revision that came. */
  #seen = 0;
  /** Whether a stream from where it was asked to begin has ever been there. */
  #begun = false;

  constructor({ gateway, address, clock }: SessionParts, resume: EtcdOptions['watchResume']) {
    this.#gateway = gateway;
    this.#address = address;
    this.#clock = clock;
    this.#resume = resume;
  }

  async invoke(op: Invocation, call: Call): Promise<Outcome> {
    if (op.f === 'watch') return this.#watch((op.value ?? {}) as WatchRequest, call);
    if (op.f !== 'put') throw new Error(`the watch client does not know "${op.f}"`);
    const put = { key: keyOf('watched', op.key ?? 0), value: encode(String(op.value)) };
    const { header } = (await this.#gateway.post('/v3/kv/put', put, call.signal)) as { header: { revision: string } };
    return { type: 'ok', value: Number(header.revision) };
  }

  async close(): Promise<void> {
    this.#stream?.close();
    this.#gateway.close();
  }

  async #watch({ from, until }: WatchRequest, call: Call): Promise<Outcome> {
    if (from !== undefined) {
      this.#stream?.close();
      this.#stream = undefined;
      this.#seen = from;
      this.#begun = false;
    }
    const give = (call.deadline - MARGIN) as Ns;
    const stream = await this.#openStream(give, call.signal);
    if ('type' in stream) return stream;
    if (until === 'latest') await this.#catchUp(stream, give, call.signal);
    else if (stream.changes.length === 0) await stream.news(this.#in(FIRST), call.signal);
    if (stream.changes.length > 0 && stream.lost === undefined) await this.#clock.sleep(OTHERS);
    const events = stream.take();
    if (events.length === 0 && stream.lost !== undefined) return this.#forget(stream);
    this.#seen = events.reduce((greatest, [revision]) => Math.max(greatest, revision), this.#seen);
    return { type: 'ok', value: { events } satisfies Watched };
  }

  /** The stream, once the server has said that it watches; or why there is none. */
  async #openStream(give: Ns, signal: AbortSignal): Promise<WatchStream | Outcome> {
    const from = this.#begun && this.#resume === 'now' ? undefined : this.#seen + 1;
    this.#stream ??= new WatchStream(this.#address, this.#clock, from);
    const stream = this.#stream;
    while (!stream.created && stream.lost === undefined && this.#clock.now() < give && !signal.aborted) await stream.news(give, signal);
    // what came before the connection was lost is still to be told
    if (!stream.created) return this.#forget(stream);
    this.#begun = true;
    return stream;
  }

  /** Nothing came, and nothing is lost by it: the next stream goes on where this one ended. */
  #forget(stream: WatchStream): Outcome {
    const message = stream.lost ?? 'the server does not say that it watches';
    stream.close();
    this.#stream = undefined;
    return { type: 'fail', error: { code: 'no-stream', message } };
  }

  /** Waits until the last change of all has come. */
  async #catchUp(stream: WatchStream, give: Ns, signal: AbortSignal): Promise<void> {
    const range = { ...rangeOf('watched'), sort_order: 'DESCEND', sort_target: 'MOD', limit: '1' };
    const { kvs } = (await this.#gateway.post('/v3/kv/range', range, signal)) as { kvs?: { mod_revision: string }[] };
    const latest = Number(kvs?.[0]?.mod_revision ?? 0);
    const isThere = () => Math.max(this.#seen, stream.changes.at(-1)?.[0] ?? 0) >= latest;
    while (!isThere() && stream.lost === undefined && this.#clock.now() < give && !signal.aborted) await stream.news(give, signal);
  }

  #in(duration: Ns): Ns {
    return (this.#clock.now() + duration) as Ns;
  }
}
