/** The first steps of a node program's process, over its stdin and status pipe: it waits, gets its setup, says that it started. */
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { readJsonLines } from '../../controls/helper-process/line-protocol.ts';
import type { Launched } from './launch.ts';
import type { NodeSetup, NodeStatus } from './wire-protocol.ts';

export class NodeProgramStart {
  readonly #launched: Launched;
  readonly #waiting = Promise.withResolvers<void>();
  readonly #started = Promise.withResolvers<void>();

  constructor(launched: Launched) {
    this.#launched = launched;
    this.#waiting.promise.catch(() => {});
    this.#started.promise.catch(() => {});
    if (launched.status !== undefined)
      readJsonLines(
        launched.status,
        (status) => this.#receive(status as NodeStatus),
        () => {},
      );
    void launched.exited.then((end) => this.#fail(`ended while it started (${end}); see its log`));
  }

  /** Resolves when the process is up and waits for its setup. Rejects with ORDEAL_NODE_FAILED when it ends before that. */
  waiting(): Promise<void> {
    return this.#waiting.promise;
  }

  /** Hands the setup over; resolves when the program has started and listens. */
  begin(setup: NodeSetup): Promise<void> {
    // The pipe stays open: its end tells the node that the harness is gone.
    this.#launched.setup?.write(`${JSON.stringify(setup)}\n`);
    return this.#started.promise;
  }

  #receive(status: NodeStatus): void {
    if (status.type === 'waiting') this.#waiting.resolve();
    else if (status.type === 'started') this.#started.resolve();
    else this.#fail(`did not start: ${status.message}`, status.code);
  }

  #fail(what: string, code?: string): void {
    const error = new OrdealError(code === 'EADDRINUSE' ? 'ORDEAL_PORT_IN_USE' : 'ORDEAL_NODE_FAILED', { what: `the node program ${what}` });
    this.#waiting.reject(error);
    this.#started.reject(error);
  }
}
