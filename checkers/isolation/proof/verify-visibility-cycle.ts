/** Re-checks a cycle of who must come before whom among transactions over registers, from what they read, wrote and saw. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { RawHistory, same } from './raw-history.ts';
import { tookEffect } from './took-effect.ts';

interface VisibilityStep {
  readonly from: number;
  readonly to: number;
  readonly kind: 'wr' | 'process' | 'co' | 'nil';
  readonly key?: Value;
  /** From the one that is seen to who sees it. */
  readonly via?: readonly number[];
}

/** Verifies `isolation/visibility-cycle`. */
export function verifyVisibilityCycle(history: History, anomaly: Anomaly): Verification {
  const { type, steps } = anomaly.certificate.data as unknown as { readonly type: string; readonly steps: readonly VisibilityStep[] };
  const raw = new RawHistory(history);
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  const isNil = steps.length === 1 && steps[0]!.kind === 'nil';
  if (!isNil && steps.length < 2) return refuted('a cycle has two steps at least');
  for (const [i, step] of steps.entries()) {
    if (!isNil && step.to !== steps[(i + 1) % steps.length]!.from) return refuted('the steps do not follow one another');
    const why = flawOf(raw, step, type);
    if (why !== undefined) return refuted(`step ${i}: ${why}`);
  }
  return HOLDS;
}

function flawOf(raw: RawHistory, { from, to, kind, key, via }: VisibilityStep, type: string): string | undefined {
  if (!tookEffect(raw, from) || !tookEffect(raw, to)) return 'nothing shows that the transactions took effect';
  if (kind === 'wr') return readsFrom(raw, to, from).length > 0 ? undefined : 'the second did not read from the first';
  if (kind === 'process') return type === 'causal-miss' && inSession(raw, from, to) ? undefined : 'no session orders them';
  if (key === undefined || via === undefined || via.length < 2) return 'it names no key, or no way';
  const reader = via.at(-1)!;
  const seen = kind === 'nil' ? to : from;
  if (via[0] !== seen || !raw.ops(seen).some(([f, k]) => f === 'w' && same(k, key))) return 'the one that is seen does not write the key';
  const fits = kind === 'nil' ? firstRead(raw, reader, key) === null && reader === from : readsFrom(raw, reader, to).some((k) => same(k, key));
  if (!fits || raw.sameTransaction(seen, kind === 'nil' ? reader : to)) return 'the key was not read from there';
  return waysFlaw(raw, via, key, type);
}

/** A way of reads, and of sessions for causal consistency; otherwise of one read, for a view of one before the read of the key. */
function waysFlaw(raw: RawHistory, via: readonly number[], key: Value, type: string): string | undefined {
  if (type !== 'causal-miss' && via.length !== 2) return 'the way is not of one read';
  for (const [i, one] of via.slice(0, -1).entries()) {
    const next = via[i + 1]!;
    const keys = readsFrom(raw, next, one);
    if (type === 'causal-miss' && inSession(raw, one, next)) continue;
    if (keys.length === 0) return 'the way is broken';
    const place = (k: Value): number => raw.ops(next).findIndex(([, other]) => same(other, k));
    if (type === 'fractured-view' && !keys.some((k) => place(k) < place(key))) return 'it was seen only later';
  }
  return undefined;
}

/** Keys whose first read returned what only the writer wrote, and wrote last. */
function readsFrom(raw: RawHistory, reader: number, writer: number): readonly Value[] {
  if (raw.outcome(reader) !== 'ok') return [];
  const keys = raw.ops(reader).flatMap(([f, key]) => (f === 'r' ? [key] : []));
  return keys.filter((key) => {
    const value = firstRead(raw, reader, key);
    if (value === undefined || value === null || !same(raw.ops(writer).findLast(([f, k]) => f === 'w' && same(k, key))?.[2], value)) return false;
    const writers = raw.writers(key, value).filter((one) => raw.outcome(one) !== 'fail');
    return writers.length === 1 && raw.sameTransaction(writers[0]!, raw.interval(writer).start >= 0 ? raw.interval(writer).start : writer);
  });
}

function firstRead(raw: RawHistory, index: number, key: Value): Value | undefined {
  const first = raw.ops(index).find(([, k]) => same(k, key));
  return raw.outcome(index) === 'ok' && first?.[0] === 'r' ? (first[2] ?? null) : undefined;
}

function inSession(raw: RawHistory, one: number, next: number): boolean {
  return raw.outcome(one) === 'ok' && raw.event(one).process === raw.event(next).process && raw.interval(one).end < raw.interval(next).start;
}
