/** JetStream's interface, which is messages to subjects below `$JS.API`: what clients and the set-up ask of it. */
import type { Value } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { NatsConnection } from './connection.ts';
import { JetStreamError, NoResponders } from './errors.ts';
import { type NatsMessage, NO_RESPONDERS } from './protocol.ts';

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

/** A message that was pulled out of the stream. */
export interface Pulled {
  readonly payload: string;
  /** Where its acknowledgement goes. */
  readonly acknowledge: string;
  /** How often it has been delivered, this time with them. */
  readonly deliveries: number;
}

/** No message came in time. */
const NO_MESSAGES: ReadonlySet<number | undefined> = new Set([404, 408]);

/**
 * How long a pull waits where there is no message. One that is not to wait at all (`no_wait`) may wait for ever: where others
 * take, meanwhile, the message that it was let in for.
 */
const PULL_WAIT = ms(150);

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

/** One message by that consumer, hardly waiting for one; undefined where there is none. Rejects as `ask` does. */
export async function pull(connection: NatsConnection, consumer: string, signal?: AbortSignal): Promise<Pulled | undefined> {
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${consumer}`;
  const { status, reply, payload } = await connection.request(subject, JSON.stringify({ batch: 1, expires: PULL_WAIT }), signal);
  if (NO_MESSAGES.has(status)) return undefined;
  if (status === NO_RESPONDERS) throw new NoResponders(subject);
  if (status !== undefined || reply === undefined) throw new JetStreamError(status ?? 0, `the consumer ${consumer} answered ${status}`);
  return { payload: payload.toString(), acknowledge: reply, deliveries: deliveriesIn(reply) };
}

/** Pure. `$JS.ACK.stream.consumer.deliveries.…`; later versions have the domain and the account before the stream. */
export function deliveriesIn(reply: string): number {
  const words = reply.split('.');
  return Number(words[words.length >= LONG_REPLY ? 6 : 4]);
}

const LONG_REPLY = 11;

function answered<Answer>({ status, payload }: NatsMessage, subject: string): Answer {
  if (status === NO_RESPONDERS) throw new NoResponders(subject);
  const answer = JSON.parse(payload.toString()) as { error?: { err_code?: number; code?: number; description?: string } };
  if (answer.error === undefined) return answer as Answer;
  throw new JetStreamError(answer.error.err_code ?? answer.error.code ?? 0, answer.error.description ?? 'an error without a description');
}
