/** One watch of etcd's over the gateway: one request, and an answer that goes on, a line of JSON for each notification. It never connects again. */
import { type ClientRequest, request } from 'node:http';
import type { Address, Clock, Ns } from '../../../harness/contracts/index.ts';
import type { Watched } from '../../../workloads/operations/watch.ts';
import { decode, rangeOf } from './keys.ts';

type Change = Watched['events'][number];

interface Notification {
  readonly result?: {
    readonly created?: boolean;
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
    readonly events?: readonly { readonly type?: 'DELETE'; readonly kv: { readonly key: string; readonly value?: string; readonly mod_revision: string } }[];
  };
  readonly error?: { readonly message?: string };
}

export class WatchStream {
  readonly #clock: Clock;
  readonly #request: ClientRequest;
  #text = '';
  #changes: Change[] = [];
  #created = false;
  #lost: string | undefined;
  #news: () => void = () => undefined;

  /** Of everything that is watched; from that revision on, or, where there is none, of whatever comes. */
  constructor(address: Address, clock: Clock, startRevision: number | undefined) {
    this.#clock = clock;
    const create = { ...rangeOf('watched'), ...(startRevision !== undefined && { start_revision: String(startRevision) }) };
    const { host, port, localAddress } = address;
    const headers = { 'content-type': 'application/json' };
    this.#request = request({ host, port, path: '/v3/watch', method: 'POST', agent: false, headers, ...(localAddress !== undefined && { localAddress }) });
    this.#request.on('error', (error) => this.#end(error.message));
    this.#request.on('response', (response) => {
      response.setEncoding('utf8').on('data', (piece: string) => this.#receive(piece));
      for (const event of ['end', 'error', 'close'] as const) response.on(event, () => this.#end('the server ended the stream'));
    });
    this.#request.end(JSON.stringify({ create_request: create }));
  }

  /** Whether the server has said that it watches. */
  get created(): boolean {
    return this.#created;
  }

  /** Why nothing more comes; undefined while something may. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** What has come and was not taken. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  take(): readonly Change[] {
    const taken = this.#changes;
    this.#changes = [];
    return taken;
  }

  /** Resolves when something has come, when nothing more will, or at that time, or when it is given up. */
  async news(until: Ns, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.at(until, resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#news = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#news = () => undefined;
  }

  close(): void {
    this.#end('it was closed');
    this.#request.destroy();
  }

  #end(why: string): void {
    this.#lost ??= why;
    this.#news();
  }

  #receive(piece: string): void {
    if (this.#lost !== undefined) return;
    const lines = (this.#text + piece).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#notify(line);
    this.#news();
  }

  #notify(line: string): void {
    const notification = parsed(line);
    const { result } = notification;
    if (result === undefined || result.canceled) this.#end(result?.cancel_reason ?? notification.error?.message ?? 'the server ended the watch');
    if (result?.created) this.#created = true;
    for (const { type, kv } of result?.events ?? []) {
      const name = decode(kv.key);
      const value = type === 'DELETE' ? null : Number(decode(kv.value ?? ''));
      this.#changes.push([Number(kv.mod_revision), name.slice(name.lastIndexOf('/') + 1), value]);
    }
  }
}

function parsed(line: string): Notification {
  try {
    return JSON.parse(line) as Notification;
  } catch {
    return { error: { message: `not JSON: ${line.slice(0, 120)}` } };
  }
}
