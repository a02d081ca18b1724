/** What verifiers ask of transactions: whether they took effect, and whether nobody else wrote the same. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { RawHistory } from './raw-history.ts';

/** Acknowledged, or unknown and some element that it alone appended was read by an acknowledged transaction. */
export function tookEffect(raw: RawHistory, index: number): boolean {
  if (raw.outcome(index) !== 'info') return raw.outcome(index) === 'ok';
  return raw.ops(index).some(([f, key, element]) => f !== 'r' && raw.observers(key, element ?? null).length > 0);
}

/** Why the writer may not be the only one; undefined where it is. */
export function onlyWriter(raw: RawHistory, key: Value, element: Value, writer: number): string | undefined {
  const writers = raw.writers(key, element).filter((one) => raw.outcome(one) !== 'fail');
  return writers.length === 1 && raw.sameTransaction(writers[0]!, raw.interval(writer).start >= 0 ? raw.interval(writer).start : writer)
    ? undefined
    : `event ${writer} is not the only one that may have appended ${JSON.stringify(element)}`;
}
