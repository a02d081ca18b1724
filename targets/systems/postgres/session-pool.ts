/** Connections to one server, as many as work is done at a time; for programs of ours that use a database, not for clients. */
import type { Address } from '../../../harness/contracts/index.ts';
import { Session } from './session.ts';

export class SessionPool {
  readonly #address: Address;
  readonly #idle: Session[] = [];

  constructor(address: Address) {
    this.#address = address;
  }

  /** Does `work` in a session that nobody else has meanwhile. Rejects as it does, and as `Session.open`: then nothing was asked. */
  async use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    let session = this.#idle.pop();
    while (session !== undefined && !session.alive) session = this.#idle.pop();
    session ??= await Session.open(this.#address, signal);
    try {
      return await work(session);
    } finally {
      if (session.alive) this.#idle.push(session);
    }
  }
}
