/** Re-checks a cycle of single operations: each step from its two operations, and the read that shows the order of two appends. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { type MicroOp, RawHistory, same } from './raw-history.ts';
import { onlyWriter, tookEffect } from './took-effect.ts';

interface OperationStep {
  readonly from: number;
  readonly fromOp: number;
  readonly to: number;
  readonly toOp: number;
  readonly kind: 'ww' | 'wr' | 'rw' | 'process' | 'realtime';
  readonly read?: number;
}

interface Certificate {
  readonly type: string;
  readonly steps: readonly OperationStep[];
  /** Of PRAM and causal memory: whose reads count. */
  readonly process?: number;
}

/** Verifies `isolation/operation-cycle`. */
export function verifyOperationCycle(history: History, anomaly: Anomaly): Verification {
  const { type, steps, process } = anomaly.certificate.data as unknown as Certificate;
  const raw = new RawHistory(history);
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  if ((type === 'pram-cycle' || type === 'causal-cycle') !== (process !== undefined)) return refuted('it does not say whose orders these are');
  if (type !== 'stale-operation' && steps.some(({ kind }) => kind === 'realtime')) return refuted('the model does not know real time');
  for (const [i, step] of steps.entries()) {
    const next = steps[(i + 1) % steps.length]!;
    if (step.to !== next.from || step.toOp !== next.fromOp) return refuted('the steps do not follow one another');
    const why = flawOf(raw, step) ?? (process === undefined ? undefined : flawOfView(raw, step, type, process));
    if (why !== undefined) return refuted(`step ${i}: ${why}`);
  }
  return steps.length > 1 ? HOLDS : refuted('a cycle has two steps at least');
}

/** Only reads of the process count; for causal memory it also counts who read what. */
function flawOfView(raw: RawHistory, { from, to, kind, read }: OperationStep, type: string, process: number): string | undefined {
  const reader = kind === 'rw' ? from : kind === 'wr' && type === 'pram-cycle' ? to : kind === 'ww' ? read : undefined;
  return reader === undefined || raw.event(reader).process === process ? undefined : 'another process read that';
}

function flawOf(raw: RawHistory, step: OperationStep): string | undefined {
  const { from, to, kind } = step;
  for (const end of [from, to]) if (!tookEffect(raw, end)) return `nothing shows that the transaction at event ${end} took effect`;
  if (kind === 'process' || kind === 'realtime') {
    if (from === to) return kind === 'process' && step.fromOp < step.toOp ? undefined : 'it is one transaction';
    const over = raw.outcome(from) === 'ok' && raw.interval(from).end < raw.interval(to).start;
    return over && (kind === 'realtime' || raw.event(from).process === raw.event(to).process) ? undefined : 'the first was not over before the second';
  }
  return flawOfValues(raw, step, raw.ops(from)[step.fromOp]!, raw.ops(to)[step.toOp]!);
}

function flawOfValues(raw: RawHistory, { from, to, kind, read }: OperationStep, [f, key, a]: MicroOp, [g, other, b]: MicroOp): string | undefined {
  if (!same(key, other)) return 'the keys differ';
  const has = (list: unknown, element: MicroOp[2]): boolean => Array.isArray(list) && list.some((one) => same(one, element));
  if (kind === 'wr')
    return f === 'append' && g === 'r' && raw.outcome(to) === 'ok' && has(b, a) ? onlyWriter(raw, key, a ?? null, from) : 'the second did not read it';
  if (kind === 'rw')
    return f === 'r' && g === 'append' && raw.outcome(from) === 'ok' && !has(a, b) ? onlyWriter(raw, key, b ?? null, to) : 'the first did not miss it';
  if (f !== 'append' || g !== 'append' || read === undefined) return 'they are no appends, or no read is named';
  const shown = raw.lists(read, key).some((list) => {
    const first = list.findIndex((one) => same(one, a));
    const second = list.findIndex((one) => same(one, b));
    return first >= 0 && (second < 0 || first < second);
  });
  return shown ? (onlyWriter(raw, key, a ?? null, from) ?? onlyWriter(raw, key, b ?? null, to)) : 'the read does not show that order';
}
