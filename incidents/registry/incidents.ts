/** The catalogue: incidents by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { Incident } from '../stage/incident.ts';

export interface IncidentEntry {
  readonly group: string;
  readonly summary: string;
  load(): Promise<Incident>;
}

export const INCIDENTS: Readonly<Record<string, IncidentEntry>> = {
  'timeout-is-failure': {
    group: 'delivery',
    summary: 'a charge that timed out is taken for one that failed, and made again',
    load: async () => (await import('../delivery/timeout-is-failure.ts')).timeoutIsFailure,
  },
  'double-charge-new-key': {
    group: 'delivery',
    summary: 'each retry mints a new idempotency key, so none of them is recognised',
    load: async () => (await import('../delivery/double-charge-new-key.ts')).doubleChargeNewKey,
  },
  'idempotency-key-too-broad': {
    group: 'delivery',
    summary: 'the idempotency key is the user: a second, different charge gets the answer to the first',
    load: async () => (await import('../delivery/idempotency-key-too-broad.ts')).idempotencyKeyTooBroad,
  },
  'idempotency-key-collision': {
    group: 'delivery',
    summary: 'keys are made from a timestamp: two requests of one millisecond share one',
    load: async () => (await import('../delivery/idempotency-key-collision.ts')).idempotencyKeyCollision,
  },
  'idempotency-race': {
    group: 'delivery',
    summary: 'the key is written down after the charge: a crash, or a second attempt, comes between',
    load: async () => (await import('../delivery/idempotency-race.ts')).idempotencyRace,
  },
  'outbox-published-twice': {
    group: 'delivery',
    summary: 'the relay crashes between publishing and marking, and the consumer is not idempotent',
    load: async () => (await import('../delivery/outbox-published-twice.ts')).outboxPublishedTwice,
  },
  'outbox-lost': {
    group: 'delivery',
    summary: 'the event is published outside the transaction: a crash in between loses it',
    load: async () => (await import('../delivery/outbox-lost.ts')).outboxLost,
  },
  'non-idempotent-consumer': {
    group: 'delivery',
    summary: 'the broker redelivers after a lost acknowledgement, and the consumer acts again',
    load: async () => (await import('../delivery/non-idempotent-consumer.ts')).nonIdempotentConsumer,
  },
  'poison-message': {
    group: 'delivery',
    summary: 'one message that cannot be carried out blocks everything behind it',
    load: async () => (await import('../delivery/poison-message.ts')).poisonMessage,
  },
  'slow-consumer': {
    group: 'delivery',
    summary: 'an unbounded queue grows until the broker dies with what it has acknowledged',
    load: async () => (await import('../delivery/slow-consumer.ts')).slowConsumer,
  },
};
