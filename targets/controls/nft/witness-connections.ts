/** The connections of a witness: what it hears, what it keeps, and how a link looks to it when it dials. */
import { connect, createServer, type Socket } from 'node:net';
import type { Clock, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';

const KEEP_DEADLINE = ms(2_000);
const POLL = ms(10);

export class WitnessConnections {
  readonly #clock: Clock;
  /** By the address of who is at the other end: connections that were answered once. */
  readonly #kept = new Map<string, Socket>();
  #host = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Echoes whatever is said, from now on. */
  open(host: string, port: number): Promise<void> {
    this.#host = host;
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  }

  /** What cannot be connected in time is not kept. */
  async keep(to: readonly string[], port: number): Promise<void> {
    const dialled = to.filter((address) => !this.#stands(address)).map((address) => ({ address, call: this.#call(address, port) }));
    await this.#until(() => dialled.every(({ call }) => call.outcome() !== 0), KEEP_DEADLINE);
    for (const { address, call } of dialled) {
      if (call.outcome() === 2) this.#kept.set(address, call.socket);
      else call.socket.destroy();
    }
  }

  /** As a request of a witness is answered. */
  async look(to: string, port: number, patience: Ns): Promise<Readonly<Record<string, number>>> {
    const call = this.#call(to, port);
    if (this.#stands(to)) this.#kept.get(to)?.write('.');
    await this.#until(() => call.outcome() === 2 || (call.outcome() === 1 && !this.#stands(to)), patience);
    call.socket.destroy();
    return { fresh: call.outcome(), standing: this.#stands(to) ? 1 : 0 };
  }

  #stands(address: string): boolean {
    return this.#kept.get(address)?.destroyed === false;
  }

  /** 2: answered, 1: ended, 0: neither yet. */
  #call(host: string, port: number): { readonly socket: Socket; outcome(): number } {
    const socket = connect({ host, port, localAddress: this.#host, noDelay: true });
    let outcome = 0;
    socket.on('error', () => {});
    socket.once('data', () => {
      outcome = 2;
    });
    socket.once('close', () => {
      outcome = Math.max(outcome, 1);
    });
    // whatever else is echoed must not fill the buffer
    socket.resume();
    socket.write('?');
    return { socket, outcome: () => outcome };
  }

  async #until(done: () => boolean, patience: Ns): Promise<void> {
    const end = this.#clock.now() + patience;
    while (!done() && this.#clock.now() < end) await this.#clock.sleep(POLL);
  }
}
