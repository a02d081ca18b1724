/**
 * One client per thread: opened before the thread takes operations, closed before the thread's next process opens one
 * (rule 2). A failed open is retried after 100 ms, doubling to 2 s, and costs no operation.
 */
import type { Client, ClientFactory, Clock, Invocation, Node, NodeId, Ns, Rng } from '../contracts/index.ts';
import { messageOf } from '../errors/ordeal-error.ts';
import { within } from '../lifecycle/deadline.ts';
import { ms } from '../time/units.ts';

export const FIRST_BACK_OFF = ms(100);
export const LONGEST_BACK_OFF = ms(2_000);

/** Which node a process talks to: `pinned` thread i to node i mod n; `roaming` each process to one drawn at random. */
export type ClientPolicy = 'pinned' | 'roaming';

export interface ConnectionOptions {
  readonly nodes: readonly Node[];
  readonly clientPolicy: ClientPolicy;
  readonly clientFor: ClientFactory;
  readonly clock: Clock;
  readonly rng: Rng;
  /** How long an open may take. */
  readonly openDeadline: Ns;
  /** How long a close is waited for. */
  readonly closeDeadline: Ns;
  /** Aborted when no connection is wanted any more. */
  readonly signal: AbortSignal;
  readonly onFailure: (process: number, node: Node, message: string) => void;
}

export interface Connection {
  readonly client: Client;
  readonly node: Node;
}

/** Whom an operation of a client goes to. */
export function nodeAsked({ client, node }: Connection, op: Invocation): NodeId {
  return client.speaksTo?.(op) ?? node.id;
}

export class Connections {
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  nodeFor(thread: number, process: number): Node {
    const { nodes, clientPolicy, rng } = this.#options;
    const index =
      clientPolicy === 'pinned'
        ? thread % nodes.length
        : rng
            .fork('node')
            .fork(process)
            .int(0, nodes.length - 1);
    return nodes[index] as Node;
  }

  /** Opens until it succeeds; undefined when the signal was aborted first. */
  async open(thread: number, process: number): Promise<Connection | undefined> {
    const { clock, signal } = this.#options;
    const node = this.nodeFor(thread, process);
    for (let pause = FIRST_BACK_OFF; !signal.aborted; pause = Math.min(2 * pause, LONGEST_BACK_OFF) as Ns) {
      try {
        return { client: await openClient(this.#options, node), node };
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#options.onFailure(process, node, messageOf(error));
      }
      await clock.sleep(pause, signal).catch(() => undefined);
    }
    return undefined;
  }

  /** Asks the client to close; gives up waiting at the deadline. Never rejects. */
  close(client: Client): Promise<void> {
    return closeClient(this.#options, client);
  }
}

/** One attempt. A client that comes after the deadline is closed. Rejects when it failed or took too long. */
export function openClient(options: Pick<ConnectionOptions, 'clientFor' | 'clock' | 'openDeadline' | 'signal'>, node: Node): Promise<Client> {
  const attempt = async (signal: AbortSignal): Promise<Client> => {
    const client = await options.clientFor.open(node, signal);
    if (signal.aborted) void client.close().catch(() => undefined);
    return client;
  };
  return within(options.clock, options.openDeadline, `opening a client of ${node.id}`, attempt, options.signal);
}

/** Never rejects; `close` has been called when this returns. */
export async function closeClient(options: Pick<ConnectionOptions, 'clock' | 'closeDeadline'>, client: Client): Promise<void> {
  const attempt = async (): Promise<void> => client.close();
  await within(options.clock, options.closeDeadline, 'closing a client', attempt).catch(() => undefined);
}
