/** What all NATS clients share: a connection per process, with its node; the error table; a new stream to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { NatsConnection } from './connection.ts';
import { classifyNatsError, JetStreamError } from './errors.ts';
import { ask, STREAM, STREAM_NOT_FOUND, type StreamInfo } from './jetstream.ts';
import { streamIsGone, streamIsWhole } from './members.ts';
import type { NatsOptions } from './options.ts';
import { CLIENT_PORT } from './ports.ts';

/** Who carries out operations; made for one client. */
export interface Operator {
  operate(op: Invocation, call: Call): Promise<Outcome>;
  /** What it has to say before its connection ends. */
  close?(): void;
}

export interface ClientRequest {
  readonly options: NatsOptions;
  /** What the stream takes, and how long it keeps it. */
  readonly stream: { readonly subjects: readonly string[]; readonly retention: 'limits' | 'workqueue' };
  /** What is made beside the stream, on the same connection. */
  prepare?(connection: NatsConnection, signal: AbortSignal): Promise<void>;
  /** `cluster`: as it was when clients were set up; undefined where they were not. */
  operator(connection: NatsConnection, cluster: Cluster | undefined): Operator;
}

/** A factory of clients over one stream. */
export function natsClients(request: ClientRequest): ClientFactory {
  let known: Cluster | undefined;
  return {
    setup: async (cluster, signal) => {
      known = cluster;
      await createStream(cluster, request, signal);
    },
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      const connection = new NatsConnection(node.address(CLIENT_PORT, 'clients'));
      await connection.begin(signal);
      const operator = request.operator(connection, known);
      return {
        invoke: (op: Invocation, call: Call) => operator.operate(op, call),
        close: async () => {
          operator.close?.();
          connection.close();
        },
      };
    },
    classify: classifyNatsError,
  };
}

/**
 * What `read` finds in the stream; undefined, and `stream-gone` observed, where the stream is gone: a server that has just begun
 * to lead may not know of it yet, but what no server has is gone, and all that was in it.
 */
export async function unlessGone<Found>(cluster: Cluster | undefined, call: Call, read: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof JetStreamError && error.code === STREAM_NOT_FOUND)) throw error;
    if (cluster === undefined || !(await streamIsGone(cluster, call.signal))) throw error;
    call.observe('stream-gone', { stream: STREAM, said: error.message });
    return undefined;
  }
}

/** How many servers keep the stream. */
export function replicasOf({ nodes }: Pick<Cluster, 'nodes'>, { replicas }: NatsOptions): number {
  return Math.min(replicas, nodes.length);
}

async function createStream(cluster: Cluster, { options, stream, prepare }: ClientRequest, signal: AbortSignal): Promise<void> {
  const [node] = cluster.nodes;
  if (node === undefined) return;
  const replicas = replicasOf(cluster, options);
  const connection = new NatsConnection(node.address(CLIENT_PORT, 'control'));
  try {
    const configuration: Value = { name: STREAM, ...stream, storage: 'file', num_replicas: replicas };
    const { state } = await ask<StreamInfo>(connection, `STREAM.CREATE.${STREAM}`, configuration, signal);
    if (state.messages > 0)
      throw new OrdealError('ORDEAL_NOT_READY', { what: `the stream ${STREAM} is not empty: it has ${state.messages} messages`, where: node.id });
    await prepare?.(connection, signal);
  } finally {
    connection.close();
  }
  if (cluster.nodes.length > 1) while (!(await streamIsWhole(cluster, replicas, signal))) await cluster.clock.sleep(WHOLE_PAUSE, signal);
}

const WHOLE_PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];
