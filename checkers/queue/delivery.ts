/**
 * How a history writes a delivery: as the bare message, which its consumer took for good (acknowledged, and that confirmed),
 * or as an object that says more.
 */
import type { Value } from '../../harness/contracts/index.ts';

/** What became of the acknowledgement. */
export const ACK_UNKNOWN = 0;
export const ACK_CONFIRMED = 1;
/** Given back: the queue shall deliver it again. */
export const ACK_RETURNED = 2;

export interface Delivery {
  readonly message: Value;
  readonly ack: number;
  /** What the queue said of it: delivered before or not; undefined where it said nothing. */
  readonly redelivered: boolean | undefined;
  readonly deadLetter: boolean;
}

const ACKS: Readonly<Record<string, number>> = { unknown: ACK_UNKNOWN, confirmed: ACK_CONFIRMED, returned: ACK_RETURNED };

/** Undefined where it is no delivery. */
export function readDelivery(value: Value): Delivery | undefined {
  if (value === null || Array.isArray(value)) return undefined;
  if (typeof value !== 'object') return { message: value, ack: ACK_CONFIRMED, redelivered: undefined, deadLetter: false };
  const { message, ack = 'unknown', redelivered, deadLetter } = value as Readonly<Record<string, Value>>;
  const code = ACKS[String(ack)];
  if (message === undefined || message === null || code === undefined) return undefined;
  return { message, ack: code, redelivered: typeof redelivered === 'boolean' ? redelivered : undefined, deadLetter: deadLetter === true };
}

/** What a drain took, and whether it went on until the queue was empty. Undefined where the value is no answer of a drain. */
export function readDrain(value: Value | undefined): { readonly deliveries: readonly Value[]; readonly empty: boolean } | undefined {
  if (value === null || value === undefined) return { deliveries: [], empty: true };
  if (Array.isArray(value)) return { deliveries: value as readonly Value[], empty: true };
  const partial = typeof value === 'object' ? (value as Readonly<Record<string, Value>>)['partial'] : undefined;
  return Array.isArray(partial) ? { deliveries: partial as readonly Value[], empty: false } : undefined;
}
