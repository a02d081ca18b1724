/** Re-checks session guarantees of registers: operations of one process in order, and what they returned or wrote. */
import type { Value } from '../../../harness/contracts/index.ts';
import { type MicroOp, type RawHistory, same } from './raw-history.ts';
import { tookEffect } from './took-effect.ts';

type Place = readonly [event: number, op: number];

export interface RegisterSession {
  readonly key: Value;
  readonly earlier: Place;
  readonly later: Place;
  /** An earlier read of what the later one returned. */
  readonly before?: Place;
}

export interface RegisterOrders {
  readonly orders: readonly { readonly read: Place; readonly write: Place }[];
}

/** Why a read did not go back; undefined: it did. */
export function registerSessionFlaw(raw: RawHistory, type: string, { key, earlier, later, before }: RegisterSession): string | undefined {
  const [f, k, known] = opAt(raw, earlier);
  const [g, other, result] = opAt(raw, later);
  if (g !== 'r' || raw.outcome(later[0]) !== 'ok' || !same(key, k) || !same(key, other)) return 'the operations are not of that key';
  if (f !== (type === 'missed-own-write' ? 'w' : 'r') || same(known, result)) return 'the first says nothing else';
  if (!inProcess(raw, earlier, later)) return 'no process did the one before the other';
  if ((result ?? null) === null) return raw.writers(key, null).length === 0 && (known ?? null) !== null ? undefined : 'somebody wrote nil';
  if (ways(raw, key, result ?? null) > 1) return 'several transactions may have written that value';
  if (type === 'non-monotonic-read') {
    if (before === undefined || !inProcess(raw, before, earlier)) return 'it was not read before';
    const [h, there, first] = opAt(raw, before);
    return h === 'r' && same(there, key) && same(first, result) ? undefined : 'it was not read before';
  }
  return wroteBefore(raw, key, result ?? null, earlier) ? undefined : 'it was not written by the process before';
}

/** Why these orders are no cycle. */
export function registerOrdersFlaw(raw: RawHistory, { orders }: RegisterOrders): string | undefined {
  for (const [i, { read, write }] of orders.entries()) {
    const [f, key, returned] = opAt(raw, read);
    const [g, other, written] = opAt(raw, write);
    if (f !== 'r' || g !== 'w' || !same(key, other) || (returned ?? null) === null || !inProcess(raw, read, write))
      return 'nobody read the one and then wrote the other';
    const next = opAt(raw, orders[(i + 1) % orders.length]!.read);
    if (!same(next[1], key) || !same(next[2], written)) return 'the orders do not follow one another';
    if (ways(raw, key, written ?? null) !== 1) return 'several transactions may have written that value';
  }
  return orders.length > 0 ? undefined : 'there is no order';
}

function opAt(raw: RawHistory, [event, op]: Place): MicroOp {
  return raw.ops(event)[op]!;
}

function inProcess(raw: RawHistory, [one, at]: Place, [other, then]: Place): boolean {
  if (!tookEffect(raw, one) || !tookEffect(raw, other)) return false;
  if (one === other) return at < then;
  return raw.outcome(one) === 'ok' && raw.event(one).process === raw.event(other).process && raw.interval(one).end < raw.interval(other).start;
}

/** How many writes may have been of this value; those that failed count where there is no other. */
function ways(raw: RawHistory, key: Value, value: Value): number {
  const writers = raw.writers(key, value);
  const known = writers.filter((one) => raw.outcome(one) !== 'fail');
  const times = (of: readonly number[]): number => of.flatMap((one) => raw.ops(one).filter(([f, k, v]) => f === 'w' && same(k, key) && same(v, value))).length;
  return times(known.length > 0 ? known : writers);
}

/** Whether the only writer of the value is the same process, before `earlier`. */
function wroteBefore(raw: RawHistory, key: Value, value: Value, earlier: Place): boolean {
  return raw.writers(key, value).some((writer) =>
    raw.ops(writer).some(([f, k, v], op) => {
      // A transaction is known by its completion.
      const { start, end } = raw.interval(writer);
      return f === 'w' && same(k, key) && same(v, value) && inProcess(raw, [end >= 0 ? end : start, op], earlier);
    }),
  );
}
