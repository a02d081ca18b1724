/** What can be wrong with logs, by name, and what is found of each. */

/** Named as in Jepsen's kafka workload, where that has it. `int-`: within one operation. */
export const LOG_ANOMALIES = {
  'lost-write': 'acknowledged, and nobody ever polled it, though a consumer read on beyond its offset',
  unseen: 'acknowledged, and nobody ever polled it, though a final consumer had read to the end',
  'torn-transaction': 'one send of a transaction was polled, another was not, though a final consumer had read to the end',
  duplicate: 'one value, sent once, at several offsets',
  'inconsistent-offsets': 'two values at one offset',
  'aborted-read': 'polled, and the transaction that sent it had been aborted',
  'failed-but-visible': 'polled, and the send of it had failed',
  unexpected: 'polled, and nobody had sent it before',
  'precommitted-read': 'a transaction polled what it sent itself',
  'nonmonotonic-poll': 'a consumer got a record at or before the offset of the one before it',
  'int-nonmonotonic-poll': 'the same within one operation',
  'poll-skip': 'a consumer passed over a record that others got',
  'int-poll-skip': 'the same within one operation',
  'nonmonotonic-send': 'a later send of one process stands at or before the offset of its earlier one',
  'int-nonmonotonic-send': 'the same within one operation',
  'int-send-skip': 'between two sends of one operation stands a record of somebody else',
  'consumed-twice': 'two transactions of the consumer group took the same record',
} as const;

export type LogAnomaly = keyof typeof LOG_ANOMALIES;

/** Ids of the columns: sends, records, operations, slots; those that belong to the anomaly. */
export interface LogFinding {
  readonly type: LogAnomaly;
  readonly value?: number;
  readonly slot?: number;
  /** The operations that show it. */
  readonly one?: number;
  readonly two?: number;
  readonly send?: number;
  /** Two records, or two sends, one after the other. `before` is -1 where the consumer began at the beginning. */
  readonly before?: number;
  readonly after?: number;
  /** A record that shows what was missed. */
  readonly record?: number;
}
