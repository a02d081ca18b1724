/** JetStream's interface, which is messages to subjects below `$JS.API`: what clients and the set-up ask of it. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { NatsConnection } from './connection.ts';
import { JetStreamError, NoResponders } from './errors.ts';
import { NO_RESPONDERS, type NatsMessage } from './protocol.ts';

/** The stream of the workload. */
export const STREAM = 'ordeal';

/** `err_code`: there is no such stream, as whoever leads the cluster says. */
export const STREAM_NOT_FOUND = 10_059;

export interface StreamInfo {
  readonly state: {
    readonly messages: number;
    readonly last_seq: number;
    /** How many messages each subject has, of as many subjects as one answer holds. */
    readonly subjects?: Readonly<Record<string, number>>;
  };
  /** Absent where a server is alone. */
  readonly cluster?: { readonly leader?: string; readonly replicas?: readonly Replica[] };
  /** How many subjects there are. */
  readonly total?: number;
}

/** What a leader knows of another server. */
export interface Replica {
  readonly name: string;
  readonly current: boolean;
  readonly offline?: boolean;
}

/** Resolves with the answer of JetStream. Rejects with JetStreamError, NoResponders, TransportError. */
export async function ask<Answer>(connection: NatsConnection, what: string, request: Value, signal?: AbortSignal): Promise<Answer> {
  const subject = `$JS.API.${what}`;
  return answered<Answer>(await connection.request(subject, JSON.stringify(request), signal), subject);
}

/** Resolves once the stream says that it has the message. Rejects as `ask` does. */
export async function publish(connection: NatsConnection, subject: string, payload: string, signal?: AbortSignal): Promise<void> {
  const { stream, seq } = answered<{ stream?: string; seq?: number }>(await connection.request(subject, payload, signal), subject);
  if (stream !== STREAM || seq === undefined) throw new Error(`this is no acknowledgement of the stream ${STREAM}: ${stream} ${seq}`);
}

function answered<Answer>({ status, payload }: NatsMessage, subject: string): Answer {
  if (status === NO_RESPONDERS) throw new NoResponders(subject);
  const answer = JSON.parse(payload.toString()) as { error?: { err_code?: number; code?: number; description?: string } };
  if (answer.error === undefined) return answer as Answer;
  throw new JetStreamError(answer.error.err_code ?? answer.error.code ?? 0, answer.error.description ?? 'an error without a description');
}
