/** Re-checks a cycle of reads and commits: each step from its operations, then that each step can follow on the one before. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { type RawHistory as Raw, RawHistory, same } from './raw-history.ts';
import { onlyWriter, tookEffect } from './took-effect.ts';

interface PointStep {
  readonly from: number;
  readonly to: number;
  readonly kind: 'ww' | 'wr' | 'rw';
  readonly key: Value;
  /** The operation of the first that misses, and of the second that meets; without one, its commit. */
  readonly fromOp?: number;
  readonly toOp?: number;
  readonly element?: Value;
  readonly before?: Value;
  readonly after?: Value;
  readonly read?: number;
}

/** Verifies `isolation/point-cycle`. */
export function verifyPointCycle(history: History, anomaly: Anomaly): Verification {
  const { type, steps } = anomaly.certificate.data as unknown as { readonly type: string; readonly steps: readonly PointStep[] };
  const raw = new RawHistory(history);
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  if (steps.length < 2) return refuted('a cycle has two steps at least');
  for (const [i, step] of steps.entries()) {
    const next = steps[(i + 1) % steps.length]!;
    if (step.to !== next.from) return refuted('the steps do not follow one another');
    const why = flawOf(raw, step) ?? turnsFlaw(step, next, type);
    if (why !== undefined) return refuted(`step ${i}: ${why}`);
  }
  const misses = steps.filter(({ kind }) => kind === 'rw').length;
  return type === 'G-monotonic' ? (misses === 1 ? HOLDS : refuted('it has not one anti-dependency')) : HOLDS;
}

/** A commit comes behind all operations. A read comes no earlier than what was met before it. */
function turnsFlaw({ kind, toOp }: PointStep, next: PointStep, type: string): string | undefined {
  if (next.kind !== 'rw') return undefined;
  if (toOp === undefined || next.fromOp === undefined || next.fromOp < toOp) return 'what it meets comes later than the read that misses';
  return kind === 'wr' || type === 'G-monotonic' ? undefined : 'the moment of a read does not depend on the own appends';
}

function flawOf(raw: Raw, step: PointStep): string | undefined {
  const { from, to, kind, key, element, fromOp, toOp } = step;
  for (const end of [from, to]) if (!tookEffect(raw, end)) return `nothing shows that the transaction at event ${end} took effect`;
  if (raw.sameTransaction(from, to)) return 'it leads to where it started';
  if (kind === 'ww') return flawOfOrder(raw, step);
  const [reader, op, writer] = kind === 'wr' ? [to, toOp, from] : [from, fromOp, to];
  const read = op === undefined ? undefined : raw.ops(reader)[op];
  if (read?.[0] !== 'r' || !same(read[1], key) || raw.outcome(reader) !== 'ok' || element === undefined) return 'it names no read';
  const shows = Array.isArray(read[2]) && read[2].some((one) => same(one, element));
  if (shows !== (kind === 'wr')) return 'the read does not say so';
  return raw.writes(writer, key, element) ? onlyWriter(raw, key, element, writer) : 'the other did not append the element';
}

function flawOfOrder(raw: Raw, { from, to, key, toOp, before, after, read }: PointStep): string | undefined {
  if (before === undefined || after === undefined || read === undefined) return 'it lacks the versions or the read';
  if (!raw.writes(from, key, before) || !raw.writes(to, key, after)) return 'the transactions did not append these elements';
  const met = toOp === undefined ? undefined : raw.ops(to)[toOp];
  if (toOp !== undefined && !(met?.[0] === 'append' && same(met[1], key) && same(met[2], after))) return 'the operation is not that append';
  const shown = raw.lists(read, key).some((list) => {
    const first = list.findIndex((one) => same(one, before));
    const second = list.findIndex((one) => same(one, after));
    return first >= 0 && (second < 0 || first < second);
  });
  return shown ? (onlyWriter(raw, key, before, from) ?? onlyWriter(raw, key, after, to)) : 'the read does not show that order';
}
