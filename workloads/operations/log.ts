/**
 * What a workload over partitioned logs asks of a system, in the form of Jepsen's kafka workload: every operation is a list
 * of sends and polls, done in their order, and, where it is a `txn`, all of them or none.
 */

/** Sends a value to the end of the partition under the key. Each value is sent once in a run. */
export type Send = readonly [f: 'send', key: number | string, value: number | string];

/** Polls whatever comes next in the partitions that the consumer reads. */
export type Poll = readonly [f: 'poll'];

/** The acknowledgement of a send: where in the partition it stands, null where the system did not say. */
export type Sent = readonly [f: 'send', key: number | string, where: readonly [offset: number | null, value: number | string]];

/** What a poll returned: under each key, as text, the offsets and their values. */
export type Polled = readonly [f: 'poll', found: { readonly [key: string]: readonly (readonly [offset: number, value: number | string])[] }];

/** In an acknowledgement, where it happened: partitions of these keys were taken from the consumer or given to it. */
export type Rebalanced = readonly [f: 'rebalance', keys: readonly (number | string)[]];

/** `send` completes with `Sent`, `poll` with `Polled`, `txn` with both; `assign` and `subscribe` choose what the consumer reads. */
export type LogOperation =
  | { readonly f: 'send'; readonly value: readonly Send[] }
  | { readonly f: 'poll'; readonly value: readonly Poll[] }
  | { readonly f: 'txn'; readonly value: readonly (Send | Poll)[] }
  | { readonly f: 'assign' | 'subscribe'; readonly value: readonly (number | string)[] };

/** What `send`, `poll` and `txn` complete with. */
export type LogAnswer = readonly (Sent | Polled | Rebalanced)[];
