/** Re-checks a cycle of transactions: each step from the operations that it names, then the cycle, then what it is called. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { RawHistory, same } from './raw-history.ts';
import { onlyWriter, tookEffect } from './took-effect.ts';

interface CertifiedStep {
  readonly from: number;
  readonly to: number;
  readonly kind: 'ww' | 'wr' | 'rw' | 'process' | 'realtime';
  readonly key?: Value;
  readonly element?: Value;
  readonly before?: Value;
  readonly after?: Value;
  readonly read?: number;
}

/** Verifies `isolation/cycle`. */
export function verifyCycle(history: History, anomaly: Anomaly): Verification {
  const { type, steps } = anomaly.certificate.data as unknown as { readonly type: string; readonly steps: readonly CertifiedStep[] };
  const raw = new RawHistory(history);
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  if (steps.length < 2) return refuted('a cycle has two steps at least');
  for (const [i, step] of steps.entries()) {
    if (step.to !== steps[(i + 1) % steps.length]!.from) return refuted('the steps do not follow one another');
    if (raw.sameTransaction(step.from, step.to)) return refuted('a step leads to where it started');
    const why = flawOf(raw, step);
    if (why !== undefined) return refuted(`step ${i}: ${why}`);
  }
  const kinds = steps.map(({ kind }) => kind);
  const weak = WEAK[type];
  if (weak !== undefined) return weak(kinds, raw, steps) ? HOLDS : refuted(`the cycle is no ${type}`);
  return nameOf(kinds) === type ? HOLDS : refuted(`the cycle is a ${nameOf(kinds)}`);
}

type Kinds = readonly CertifiedStep['kind'][];

/** What cycles of other names must be like. */
const WEAK: Readonly<Record<string, (kinds: Kinds, raw: RawHistory, steps: readonly CertifiedStep[]) => boolean>> = {
  'fractured-read': (kinds) => kinds.join() === 'rw,wr',
  'fractured-view': (kinds, raw, [miss]) => kinds.join() === 'rw,wr' && showsThenMisses(raw, miss!),
  'causal-miss': (kinds) => kinds.filter((kind) => kind === 'rw').length === 1 && kinds.every((kind) => kind === 'rw' || kind === 'wr' || kind === 'process'),
  'G-update': (kinds, raw, steps) =>
    kinds.every((kind) => kind === 'ww' || kind === 'wr' || kind === 'rw') && steps.filter(({ from }) => raw.ops(from).every(([f]) => f === 'r')).length <= 1,
  'unseen-update': (kinds, raw, steps) =>
    kinds.includes('rw') && steps.every(({ from, to, kind }) => kind === 'ww' || kind === 'wr' || (kind === 'rw' && shareList(raw, from, to))),
  // A snapshot begins where a read says that a commit came before: an anti-dependency follows on a read.
  'long-fork': (kinds) => kinds.every((kind, i) => kind === 'ww' || kind === 'wr' || (kind === 'rw' && kinds[(i + kinds.length - 1) % kinds.length] === 'wr')),
};

/** Whether both append to some list. */
function shareList(raw: RawHistory, one: number, other: number): boolean {
  return raw.ops(one).some(([f, key]) => f === 'append' && raw.ops(other).some(([g, k]) => g === 'append' && same(key, k)));
}

/** Whether a read of the first shows an append of the second, and a later read misses one. */
function showsThenMisses(raw: RawHistory, { from, to }: CertifiedStep): boolean {
  const appends = raw.ops(to).filter(([f]) => f === 'append');
  let shown = false;
  for (const [f, key, result] of raw.ops(from)) {
    if (f !== 'r') continue;
    for (const [, k, element] of appends) {
      if (!same(k, key)) continue;
      const has = Array.isArray(result) && result.some((one) => same(one, element));
      if (shown && !has) return true;
      if (has) shown = true;
    }
  }
  return false;
}

function nameOf(kinds: Kinds): string {
  const anti = kinds.filter((kind) => kind === 'rw').length;
  const adjacent = kinds.some((kind, i) => kind === 'rw' && kinds[(i + 1) % kinds.length] === 'rw');
  let name = 'G0';
  if (kinds.includes('wr')) name = 'G1c';
  if (anti === 1) name = 'G-single-item';
  if (anti > 1) name = adjacent ? 'G2-item' : 'G-nonadjacent-item';
  if (kinds.includes('realtime')) return `${name}-realtime`;
  return kinds.includes('process') ? `${name}-process` : name;
}

/** What is wrong with a step; undefined where nothing is. */
function flawOf(raw: RawHistory, step: CertifiedStep): string | undefined {
  const { from, to, kind } = step;
  for (const end of [from, to]) if (!tookEffect(raw, end)) return `nothing shows that the transaction at event ${end} took effect`;
  if (kind === 'process' || kind === 'realtime') {
    const acknowledged = raw.outcome(from) === 'ok' && raw.interval(from).end < raw.interval(to).start;
    if (!acknowledged) return 'the first was not acknowledged before the second was invoked';
    return kind === 'realtime' || raw.event(from).process === raw.event(to).process ? undefined : 'the processes differ';
  }
  if (step.key === undefined) return 'it names no key';
  if (kind === 'ww') return flawOfOrder(raw, step, step.key);
  if (step.element === undefined) return 'it names no element';
  return kind === 'wr' ? flawOfRead(raw, step, step.key, step.element) : flawOfMiss(raw, step, step.key, step.element);
}

/** A read has the first element, and the second behind it or not yet. */
function flawOfOrder(raw: RawHistory, { from, to, before, after, read }: CertifiedStep, key: Value): string | undefined {
  if (before === undefined || after === undefined || read === undefined) return 'it lacks the versions or the read';
  if (!raw.writes(from, key, before) || !raw.writes(to, key, after)) return 'the transactions did not append these elements';
  const shown = raw.lists(read, key).some((list) => {
    const first = list.findIndex((one) => same(one, before));
    const second = list.findIndex((one) => same(one, after));
    return first >= 0 && (second < 0 || first < second);
  });
  return shown ? (onlyWriter(raw, key, before, from) ?? onlyWriter(raw, key, after, to)) : 'the read does not show that order';
}

function flawOfRead(raw: RawHistory, { from, to }: CertifiedStep, key: Value, element: Value): string | undefined {
  if (!raw.writes(from, key, element)) return 'the first did not append the element';
  if (!raw.sees(to, key, element)) return 'the second did not read the element';
  return onlyWriter(raw, key, element, from);
}

function flawOfMiss(raw: RawHistory, { from, to }: CertifiedStep, key: Value, element: Value): string | undefined {
  if (!raw.writes(to, key, element)) return 'the second did not append the element';
  // Of registers only nil is known to come before a value; of several writers of that value it does not matter whose it was.
  if (raw.ops(to).some(([f, k]) => f === 'w' && same(k, key))) return firstRead(raw, from, key) === null ? undefined : 'the first did not read nil';
  if (!raw.lists(from, key).some((list) => !list.some((one) => same(one, element)))) return 'no read of the first lacks the element';
  return onlyWriter(raw, key, element, to);
}

/** What the transaction's first operation on the key read; undefined where it is no acknowledged read. */
function firstRead(raw: RawHistory, index: number, key: Value): Value | undefined {
  const first = raw.ops(index).find(([, k]) => same(k, key));
  return raw.outcome(index) === 'ok' && first?.[0] === 'r' ? (first[2] ?? null) : undefined;
}
