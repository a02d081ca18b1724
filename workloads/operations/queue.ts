/**
 * What the workload `queue` asks of a system: one queue of unique messages, which at-least-once delivery suffices for.
 *
 * A client acknowledges a delivery to the queue no earlier than in its next operation. By then it stands in the history; so
 * an operation of unknown outcome removes nothing, and what the queue loses cannot hide behind it. When a client is closed,
 * what it has not acknowledged goes back into the queue.
 */

export type QueueOperation =
  /** Puts the message into the queue; `ok` once the queue has confirmed that it is safe there. */
  | { readonly f: 'enqueue'; readonly value: number }
  /** Takes one message, without waiting for one; completes with the delivery, or null where there was none. */
  | { readonly f: 'dequeue'; readonly value: null }
  /** Takes messages until the queue says again and again that it is empty; completes with the deliveries in their order. */
  | { readonly f: 'drain'; readonly value: null };

/** A message, and whether the queue says that it was delivered before. */
export type QueueDelivery = { readonly message: number; readonly redelivered: boolean };

/** `partial`: there may be more in the queue. */
export type DrainedMessages = readonly QueueDelivery[] | { readonly partial: readonly QueueDelivery[] };
