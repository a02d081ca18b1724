/**
 * The link proxy itself (rule 18): a door for each port of each node, all connections relayed under the cuts that hold
 * now, by who dialled. Runs in a process of its own (`proxy-main.ts`).
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, LinkEnd, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { CutTable } from './cut-table.ts';
import { type Dialler, Diallers, type FindHolders } from './diallers.ts';
import type { ListenerSpec, ProxyAnswer, ProxyRequest, ProxyStats } from './proxy-protocol.ts';
import { type RelayContext, relay } from './relay.ts';

/** How long a connection over a cut link waits before it closes. */
const CONNECT_TIMEOUT = ms(5_000);

export class LinkProxy {
  readonly #diallers: Diallers;
  readonly #context: RelayContext;
  readonly #doors = new Map<string, Server>();
  /** Sources that a target is to see, by end. */
  #sources: ReadonlyMap<LinkEnd, string> = new Map();
  #unidentified = 0;

  /** `connectTimeout` and `find` are for tests. */
  constructor(clock: Clock, { connectTimeout = CONNECT_TIMEOUT, find }: { readonly connectTimeout?: Ns; readonly find?: FindHolders } = {}) {
    this.#diallers = new Diallers(clock, find);
    this.#context = { cuts: new CutTable(), clock, connectTimeout, bytes: new Map(), open: new Set(), waiting: new Set() };
  }

  /** Serves one request; it is in force when the promise settles. */
  async serve(request: ProxyRequest): Promise<ProxyAnswer> {
    switch (request.op) {
      case 'listen':
        await this.#listen(request.listeners);
        return null;
      case 'cut':
        this.#context.cuts.replace(request.links, request.refused);
        return null;
      case 'break':
        this.#context.cuts.breakConnections(request.links);
        return null;
      case 'lose-replies':
        this.#context.cuts.replaceLost(request.replies);
        return null;
      case 'identities':
        this.#diallers.replace(request.ends);
        this.#sources = new Map(request.ends.flatMap(({ end, address }) => (address === undefined ? [] : [[end, address] as const])));
        return null;
      case 'stats':
        return this.#stats();
    }
  }

  /** Closes all doors; connections that are open go on. */
  close(): void {
    for (const door of this.#doors.values()) door.close();
    this.#doors.clear();
  }

  async #listen(specs: readonly ListenerSpec[]): Promise<void> {
    const fresh = specs.filter((spec) => !this.#doors.has(nameOf(spec)));
    const opened = await Promise.allSettled(fresh.map((spec) => this.#open(spec)));
    const refused = opened.find((result) => result.status === 'rejected');
    for (const [i, result] of opened.entries()) {
      if (result.status === 'rejected') continue;
      if (refused === undefined) this.#doors.set(nameOf(fresh[i] as ListenerSpec), result.value);
      else result.value.close();
    }
    if (refused !== undefined) throw refused.reason;
  }

  #open(spec: ListenerSpec): Promise<Server> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => void this.#accept(spec, socket));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...spec.listen, backlog: 1_024 }, () => resolve(server));
    });
  }

  async #accept(spec: ListenerSpec, socket: Socket): Promise<void> {
    socket.on('error', () => {});
    const dialler: Dialler = spec.from === 'anyone' ? await this.#identify(socket) : { end: spec.from };
    if (socket.destroyed) return;
    if (dialler === 'gone' || dialler === 'unknown') {
      if (dialler === 'unknown') this.#unidentified++;
      socket.resetAndDestroy();
      return;
    }
    const from = dialler.end;
    const source = this.#sources.get(from);
    relay(this.#context, socket, { from, to: spec.node, target: spec.target, ...(source === undefined ? {} : { source }) });
  }

  #identify(socket: Socket): Promise<Dialler> {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined || localPort === undefined) return Promise.resolve('gone');
    return this.#diallers.identify({ dialler: { host: remoteAddress, port: remotePort }, us: { host: localAddress, port: localPort } });
  }

  #stats(): ProxyStats {
    const { open, waiting, bytes } = this.#context;
    return { open: open.size, waiting: waiting.size, unidentified: this.#unidentified, bytes: Object.fromEntries(bytes) };
  }
}

function nameOf(spec: ListenerSpec): string {
  return `${spec.listen.host}:${spec.listen.port}`;
}
