/** Re-checks the anomalies of lists that need no cycle, each from the few events that its certificate names. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { type MicroOp, RawHistory, rowsIn, same } from './raw-history.ts';
import { matchesRaw, RawRow, type RawVersion, rowIn } from './raw-rows.ts';
import { onlyWriter, tookEffect } from './took-effect.ts';
import { type RegisterOrders, type RegisterSession, registerOrdersFlaw, registerSessionFlaw } from './verify-register-session.ts';

interface Data {
  readonly key: Value;
  readonly element: Value;
  readonly later: Value;
  readonly read: number;
  readonly writer: number;
  readonly by: number;
  readonly one: number;
  readonly other: number;
  readonly op: number;
  readonly append: number;
}

type Rule = (raw: RawHistory, data: Data) => string | undefined;

const has = (list: readonly Value[], element: Value): boolean => list.some((one) => same(one, element));
const at = (list: readonly Value[], element: Value): number => list.findIndex((one) => same(one, element));

const abortedRead: Rule = (raw, { key, element, read, writer }) => {
  if (raw.outcome(writer) !== 'fail' || !raw.writes(writer, key, element)) return 'the writer did not fail, or did not append that';
  if (!raw.sees(read, key, element)) return 'no read has the element';
  return othersWrote(raw, key, element) ? 'another one may have appended the element' : undefined;
};

/** Undefined: it holds. */
const RULES: Readonly<Record<string, Rule>> = {
  G1a: abortedRead,
  'failed-read': abortedRead,
  'thin-air-read': (raw, { key, element, read }) => {
    if (!raw.sees(read, key, element)) return 'no read has the element';
    if (element === null) return new RawRow(raw, key).readableBy(read).some(({ value }) => value === undefined) ? 'the row may have been absent' : undefined;
    return raw.writers(key, element).length === 0 ? undefined : 'somebody appended the element';
  },
  G1b: (raw, { key, element, read, writer }) => {
    if (raw.sameTransaction(read, writer)) return 'it is its own read';
    const ends = raw.reads(read, key).some((value) => (Array.isArray(value) ? value.length > 0 && same(value.at(-1), element) : same(value, element)));
    if (!ends) return 'no read ends in the element';
    const appends = raw.ops(writer).filter(([f, k]) => f !== 'r' && same(k, key));
    const place = appends.findIndex(([, , value]) => same(value, element));
    return place >= 0 && place < appends.length - 1 ? undefined : "the element is not one of several of the writer's";
  },
  'dirty-update': (raw, { key, element, later, writer, by, read }) => {
    if (raw.outcome(writer) !== 'fail' || !raw.writes(writer, key, element)) return 'the first did not fail, or did not append that';
    if (raw.outcome(by) !== 'ok' || !raw.writes(by, key, later)) return 'the second was not acknowledged, or did not append that';
    if (!raw.lists(read, key).some((list) => at(list, element) >= 0 && at(list, element) < at(list, later))) return 'no read shows that order';
    return othersWrote(raw, key, element) ? 'another one may have appended the element' : undefined;
  },
  'duplicate-elements': (raw, { key, element, read }) =>
    raw.lists(read, key).some((list) => list.filter((one) => same(one, element)).length > 1) ? undefined : 'no read has the element twice',
  'incompatible-order': (raw, { key, read, other }) =>
    raw.lists(read, key).some((a) => raw.lists(other, key).some((b) => a.some((one, i) => i < b.length && !same(one, b[i]!)))) ? undefined : 'the reads agree',
  'reordered-appends': (raw, { key, element, later, one, read }) => {
    if (!tookEffect(raw, one)) return 'nothing shows that the transaction took effect';
    const appended = raw.ops(one).flatMap(([f, k, value]) => (f === 'append' && same(k, key) ? [value ?? null] : []));
    if (at(appended, element) < 0 || at(appended, later) <= at(appended, element)) return 'it did not append the one and then the other';
    if (!raw.lists(read, key).some((list) => has(list, later) && (!has(list, element) || at(list, later) < at(list, element))))
      return 'the read does not show the later one first';
    return onlyWriter(raw, key, element, one) ?? onlyWriter(raw, key, later, one);
  },
  'lost-append': (raw, { key, element, later, writer, by, read }) => {
    if (raw.outcome(writer) !== 'ok' || !raw.writes(writer, key, element) || !raw.writes(by, key, later)) return 'the appends are not those';
    if (raw.interval(writer).end >= raw.interval(by).start) return 'the first was not acknowledged before the second was invoked';
    if (!raw.lists(read, key).some((list) => has(list, later) && !has(list, element))) return 'the read does not show the second without the first';
    return raw.observers(key, element).length === 0 ? undefined : 'somebody has read the element';
  },
  'lost-update': (raw, { key, one, other }) => {
    if (raw.sameTransaction(one, other)) return 'it is one transaction';
    const [a, b] = [firstRead(raw, key, one), firstRead(raw, key, other)];
    if (a === undefined || b === undefined) return 'one did not read first and append then';
    if (!same(a, b)) return 'they did not read the same version';
    return Array.isArray(a) || timesWritten(raw, key, a) <= 1 ? undefined : 'what they read was written several times';
  },
  'non-monotonic-read': (raw, data) =>
    sessionFlaw(raw, data) ?? (raw.sees(data.one, data.key, data.element) ? missFlaw(raw, data) : 'the first did not read it'),
  'missed-own-write': (raw, data) =>
    sessionFlaw(raw, data) ?? (raw.writes(data.one, data.key, data.element) ? missFlaw(raw, data) : 'the first did not append it'),
  'non-monotonic-write': (raw, data) =>
    sessionFlaw(raw, data) ?? (raw.writes(data.one, data.key, data.element) ? overtakenFlaw(raw, data) : 'the first did not append it'),
  'write-before-read': (raw, data) =>
    sessionFlaw(raw, data) ?? (raw.sees(data.one, data.key, data.element) ? overtakenFlaw(raw, data) : 'the first did not read it'),
  'predicate-read-miss': (raw, { key, read, op }) => {
    const ops = acknowledged(raw, read);
    const predicateRead = ops[op]!;
    if (predicateRead[0] !== 'rp' || rowIn(predicateRead, key) !== undefined) return 'it is no predicate read, or it returned the row';
    if (ops.slice(0, op).some(([f, k]) => f !== 'r' && f !== 'rp' && same(k, key))) return 'the transaction had written the row itself';
    const row = new RawRow(raw, key);
    const isMatch = ({ value }: RawVersion): boolean => matchesRaw(predicateRead[1], value);
    return row.readableBy(read).every(isMatch) ? undefined : 'the row did not always match';
  },
  internal: (raw, { key, read, op }) => (raw.ops(read)[op]?.[0] === 'rp' ? ownRowFlaw(raw, key, read, op) : internalFlaw(raw, read, op)),
  'future-read': (raw, { read, op, append }) => {
    const ops = acknowledged(raw, read);
    const [f, key, list] = ops[op]!;
    const [g, other, element] = ops[append]!;
    const seen = Array.isArray(list) ? has(list, element ?? null) : same(list, element);
    const row = f === 'rp' ? rowIn(ops[op]!, other) : undefined;
    const isSeen = f === 'rp' ? row !== undefined && same(row, element) : f === 'r' && same(key, other) && seen;
    const shown = isSeen && g !== 'r' && g !== 'rp' && op < append;
    return shown ? undefined : 'the read does not show what is appended behind it';
  },
};

function verification(why: string | undefined): Verification {
  return why === undefined ? HOLDS : refuted(why);
}

/** The verifiers by kind of certificate. */
export const FINDING_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  Object.entries(RULES).map(([type, rule]) => [
    `isolation/${type}`,
    (history: History, anomaly: Anomaly): Verification => {
      if (anomaly.type !== type) return refuted('it certifies another anomaly');
      const raw = new RawHistory(history);
      const data = anomaly.certificate.data as unknown as Data & RegisterSession & RegisterOrders;
      if (data.orders !== undefined) return verification(registerOrdersFlaw(raw, data));
      if (data.earlier !== undefined) return verification(registerSessionFlaw(raw, type, data));
      return verification(rule(raw, data));
    },
  ]),
);

/** One process did the first before the second. */
function sessionFlaw(raw: RawHistory, { one, other }: Data): string | undefined {
  if (raw.event(one).process !== raw.event(other).process) return 'the processes differ';
  return raw.outcome(one) === 'ok' && tookEffect(raw, other) && raw.interval(one).end < raw.interval(other).start
    ? undefined
    : 'the first was not over before the second';
}

function missFlaw(raw: RawHistory, { key, element, other }: Data): string | undefined {
  return raw.lists(other, key).some((list) => !has(list, element)) ? undefined : 'no read of the second lacks it';
}

/** A read shows what the second appended without, or before, the element; or the first read what only the second appended. */
function overtakenFlaw(raw: RawHistory, { key, element, later, one, other, read }: Data): string | undefined {
  if (!raw.writes(other, key, later)) return 'the second did not append that';
  if (same(element, later)) return raw.sees(one, key, element) ? onlyWriter(raw, key, later, other) : 'the first did not read that';
  const shown = raw.lists(read, key).some((list) => has(list, later) && (!has(list, element) || at(list, later) < at(list, element)));
  return shown ? undefined : 'the read does not show that order';
}

function othersWrote(raw: RawHistory, key: Value, element: Value): boolean {
  return raw.writers(key, element).some((writer) => raw.outcome(writer) !== 'fail');
}

function acknowledged(raw: RawHistory, index: number): readonly MicroOp[] {
  if (raw.event(index).type !== 'ok') throw new Error(`event ${index} is not acknowledged`);
  return raw.ops(index);
}

/** What the transaction's first operation on the key, a read, returned, if it appends later. */
function firstRead(raw: RawHistory, key: Value, index: number): Value | undefined {
  // Rows may be read by a predicate.
  const shown = ([f, k, value]: MicroOp): Value | undefined =>
    f === 'rp' ? rowsIn(value ?? null).find(([row]) => same(row, key))?.[1] : f === 'r' && same(k, key) ? (value ?? null) : undefined;
  const ops = acknowledged(raw, index);
  const at = ops.findIndex((op) => shown(op) !== undefined);
  const place = ops.findIndex(([f, k]) => f !== 'r' && f !== 'rp' && same(k, key));
  if (at < 0 || place < at) return undefined;
  return shown(ops[at]!) ?? (ops[place]![0] === 'append' ? [] : null);
}

/** How often a register was given the value; nil, once at the beginning. */
function timesWritten(raw: RawHistory, key: Value, value: Value): number {
  return (value === null ? 1 : 0) + raw.writers(key, value).filter((index) => raw.outcome(index) !== 'fail').length;
}

/** Replays the transaction: a read is what the last one returned, or anything, with its own appends behind it. */
function internalFlaw(raw: RawHistory, index: number, op: number): string | undefined {
  const ops = acknowledged(raw, index);
  const [f, key, result] = ops[op]!;
  if (f !== 'r') return 'it is no read';
  if (!ops.some(([g, k, value]) => g === 'append' || (g === 'r' && same(k, key) && Array.isArray(value))))
    return registerFlaw(ops.slice(0, op), key, result ?? null);
  let known: readonly Value[] | undefined;
  let own: readonly Value[] = [];
  for (const [name, k, value] of ops.slice(0, op)) {
    if (!same(k, key)) continue;
    if (name === 'append') own = [...own, value ?? null];
    else {
      known = (value ?? []) as readonly Value[];
      own = [];
    }
  }
  const list = (result ?? []) as readonly Value[];
  if (known !== undefined) return same([...known, ...own], list) ? 'the read is what it must be' : undefined;
  return own.length === 0 || same(list.slice(-own.length), own) ? 'the read is what it may be' : undefined;
}

/** A predicate read shows rows as the transaction has itself left them. */
function ownRowFlaw(raw: RawHistory, key: Value, index: number, op: number): string | undefined {
  const ops = acknowledged(raw, index);
  const last = ops.slice(0, op).findLast(([f, k]) => f !== 'r' && f !== 'rp' && same(k, key));
  if (last === undefined) return 'the transaction had not written the row';
  const left = last[0] === 'delete' ? undefined : last[2];
  const expected = matchesRaw(ops[op]![1], left) ? left : undefined;
  const shown = rowIn(ops[op]!, key);
  return shown === expected || (shown !== undefined && same(shown, expected)) ? 'the read is what it must be' : undefined;
}

/** A register shows what the transaction has last read or written there. */
function registerFlaw(before: readonly MicroOp[], key: Value, result: Value): string | undefined {
  const last = before.findLast(([, k]) => same(k, key));
  return last === undefined || same(last[2], result) ? 'the read is what it may be' : undefined;
}
