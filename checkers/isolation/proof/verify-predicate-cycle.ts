/** Re-checks a cycle of transactions over rows: each step from the two micro-operations that it names, then what it is called. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { RawHistory, same } from './raw-history.ts';
import { matchesRaw, RawRow, type RawVersion, rowIn } from './raw-rows.ts';

interface RowStep {
  readonly from: number;
  readonly to: number;
  readonly kind: 'ww' | 'wr' | 'wrp' | 'rw' | 'rwp' | 'process' | 'realtime';
  readonly key: Value;
  readonly fromOp: number;
  readonly toOp: number;
}

/** Verifies `isolation/predicate-cycle`. */
export function verifyPredicateCycle(history: History, anomaly: Anomaly): Verification {
  const { type, steps } = anomaly.certificate.data as unknown as { readonly type: string; readonly steps: readonly RowStep[] };
  const raw = new RawHistory(history);
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  if (steps.length < 2) return refuted('a cycle has two steps at least');
  for (const [i, step] of steps.entries()) {
    if (step.to !== steps[(i + 1) % steps.length]!.from) return refuted('the steps do not follow one another');
    if (raw.sameTransaction(step.from, step.to)) return refuted('a step leads to where it started');
    const why = flawOf(raw, step);
    if (why !== undefined) return refuted(`step ${i}: ${why}`);
  }
  const name = nameOf(steps.map(({ kind }) => kind));
  return name === type ? HOLDS : refuted(`the cycle is a ${name}`);
}

function nameOf(kinds: readonly RowStep['kind'][]): string {
  const isAnti = (i: number): boolean => kinds[i % kinds.length]!.startsWith('rw');
  const anti = kinds.filter((_, i) => isAnti(i)).length;
  const adjacent = kinds.some((_, i) => isAnti(i) && isAnti(i + 1));
  const items = kinds.includes('rwp') ? '' : '-item';
  let name = kinds.some((kind) => kind.startsWith('wr')) ? 'G1c' : 'G0';
  if (anti === 1) name = `G-single${items}`;
  if (anti > 1) name = adjacent ? `G2${items}` : `G-nonadjacent${items}`;
  if (kinds.includes('realtime')) return `${name}-realtime`;
  return kinds.includes('process') ? `${name}-process` : name;
}

/** What is wrong with a step; undefined where nothing is. */
function flawOf(raw: RawHistory, step: RowStep): string | undefined {
  const { from, to, kind } = step;
  if (kind === 'process' || kind === 'realtime') {
    if (raw.outcome(to) === 'fail') return 'the second failed';
    if (raw.outcome(from) !== 'ok' || raw.interval(from).end >= raw.interval(to).start) return 'the first was not over before the second';
    return kind === 'realtime' || raw.event(from).process === raw.event(to).process ? undefined : 'the processes differ';
  }
  const row = new RawRow(raw, step.key);
  if (kind === 'ww') return flawOfWrites(row, row.leftBy(from), row.leftBy(to));
  const isRead = kind === 'wr' || kind === 'wrp';
  const [reader, place, writer] = isRead ? [to, step.toOp, row.leftBy(from)] : [from, step.fromOp, row.leftBy(to)];
  if (!row.tookEffect(writer)) return 'nothing shows that the writer took effect';
  const ops = raw.ops(reader);
  if (raw.outcome(reader) !== 'ok') return 'the reader is not acknowledged';
  const read = ops[place]!;
  if (ops.slice(0, place).some(([f, key]) => f !== 'r' && f !== 'rp' && same(key, step.key))) return 'the reader had written the row itself';
  const value = rowIn(read, step.key);
  if (kind.endsWith('p'))
    return value === undefined && read[0] === 'rp' ? flawOfMiss(row, reader, read[1], writer, isRead) : 'the row was returned, or it is no predicate read';
  if (value === undefined)
    return read[0] === 'r' && same(read[1], step.key) ? flawOfMiss(row, reader, 'true', writer, isRead) : 'the read does not say anything of the row';
  const version = row.withValue(value);
  if (version === undefined) return 'several may have written the value';
  if (isRead) return version === writer ? undefined : 'another one wrote what was read';
  return row.precedes(version, writer) ? undefined : 'nothing shows that what was read came before';
}

function flawOfWrites(row: RawRow, one: RawVersion, other: RawVersion): string | undefined {
  if (!row.tookEffect(one) || !row.tookEffect(other)) return 'nothing shows that both took effect';
  return row.precedes(one, other) ? undefined : 'nothing shows that the first came before the second';
}

/** The reader saw one of those that do not match: all of them came after the writer (`isRead`: or are its own), or all came before. */
function flawOfMiss(row: RawRow, reader: number, predicate: Value, writer: RawVersion, isRead: boolean): string | undefined {
  const seen = row.readableBy(reader).filter(({ value }) => !matchesRaw(predicate, value));
  if (isRead) return seen.every((one) => one === writer || row.precedes(writer, one)) ? undefined : 'it may have seen what came before';
  if (matchesRaw(predicate, writer.value)) return seen.every((one) => row.precedes(one, writer)) ? undefined : 'it may have seen what came later';
  return 'the second does not change what matches';
}
