/**
 * Rows as verifiers see them: who may have left what in a row, and which of that provably came before what. By searching the
 * text for who wrote the row; slow and simple on purpose, and no code of the engine.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { type MicroOp, type RawHistory, rowsIn, same } from './raw-history.ts';

/** What a transaction left in a row; `event` undefined: what was there before all. `value` undefined: no row. */
export interface RawVersion {
  readonly event: number | undefined;
  readonly value: Value | undefined;
  readonly inserts: boolean;
}

/** Whether a value matches a predicate. Nothing matches none. */
export function matchesRaw(predicate: Value, value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (predicate === 'true' || predicate === true) return true;
  const [name, a, b] = predicate as readonly Value[];
  if (name === '=') return same(a, value);
  if (name !== 'mod' || typeof value !== 'number') throw new Error(`${canonicalJson(predicate)} is no predicate`);
  return Number.isInteger(value) && ((value % Number(a)) + Number(a)) % Number(a) === b;
}

/** The value of the row in what a micro-operation returned; undefined where it is not there. */
export function rowIn([f, subject, result]: MicroOp, key: Value): Value | undefined {
  if (f === 'r') return same(subject, key) ? (result ?? undefined) : undefined;
  if (f !== 'rp') return undefined;
  return rowsIn(result ?? null).find(([k]) => same(k, key))?.[1];
}

const writesKey = ([f, k]: MicroOp, key: Value): boolean => (f === 'insert' || f === 'w' || f === 'delete') && same(k, key);

export class RawRow {
  readonly key: Value;
  readonly #raw: RawHistory;
  readonly initial: RawVersion;
  /** Of all that have not failed. */
  readonly versions: readonly RawVersion[];

  constructor(raw: RawHistory, key: Value) {
    this.#raw = raw;
    this.key = key;
    const init = raw.init();
    const made = init === undefined ? undefined : raw.ops(init).find((op) => writesKey(op, key));
    this.initial = { event: undefined, value: made?.[2], inserts: false };
    this.versions = raw
      .rowWriters(key)
      .map((event) => (raw.outcome(event) === 'ok' ? raw.interval(event).end : event))
      .filter((event) => raw.outcome(event) !== 'fail' && (init === undefined || !raw.sameTransaction(event, init)))
      .map((event) => this.#left(event));
  }

  /** What the transaction of the event leaves in the row. Throws where it does not write it, or failed. */
  leftBy(event: number): RawVersion {
    const found = this.versions.find((one) => this.#raw.sameTransaction(one.event!, event) || this.#raw.sameTransaction(event, one.event!));
    if (found === undefined) throw new Error(`event ${event} leaves nothing in the row`);
    return found;
  }

  /** What the transaction may have read before it wrote the row itself, if it did: not what provably came behind that. */
  readableBy(event: number): readonly RawVersion[] {
    const own = this.versions.find((one) => this.#raw.sameTransaction(one.event!, event) || this.#raw.sameTransaction(event, one.event!));
    return [this.initial, ...this.versions].filter((one) => own === undefined || (one !== own && !this.precedes(own, one)));
  }

  /** The only version that has, or ever had in its transaction, this value; undefined where it is not the only one. */
  withValue(value: Value): RawVersion | undefined {
    const all = [this.initial, ...this.versions].filter((one) =>
      one.event === undefined
        ? same(one.value, value) && one.value !== undefined
        : this.#raw.ops(one.event).some((op) => writesKey(op, this.key) && op[0] !== 'delete' && same(op[2], value)),
    );
    return all.length === 1 ? all[0] : undefined;
  }

  /** Whether the first provably came before the second. Both took effect. */
  precedes(one: RawVersion, other: RawVersion, seen: readonly RawVersion[] = []): boolean {
    if (one === other || other === this.initial || seen.includes(other)) return false;
    if (one === this.initial || this.#onlyOne(other, ({ value }) => value === undefined)) return true;
    if (this.initial.value === undefined && this.#onlyOne(one, ({ inserts }) => inserts)) return true;
    const parents = this.#readBefore(other);
    return parents.some((parent) => parent === one || this.precedes(one, parent, [...seen, other]));
  }

  /** Whether the version is the only one of those that took effect of which that is true. */
  #onlyOne(version: RawVersion, is: (version: RawVersion) => boolean): boolean {
    return is(version) && this.versions.every((one) => one === version || !is(one) || !this.tookEffect(one));
  }

  tookEffect({ event }: RawVersion): boolean {
    if (event === undefined || this.#raw.outcome(event) !== 'info') return true;
    return this.#raw.ops(event).some(([f, key, value]) => (f === 'insert' || f === 'w') && new RawRow(this.#raw, key).#isSeen(event, value ?? null));
  }

  #isSeen(event: number, value: Value): boolean {
    const version = this.withValue(value);
    return version !== undefined && version === this.leftBy(event) && this.#raw.observers(this.key, value).length > 0;
  }

  /** Versions that its transaction had read when it first wrote the row. */
  #readBefore({ event }: RawVersion): RawVersion[] {
    if (event === undefined || this.#raw.outcome(event) !== 'ok') return [];
    const ops = this.#raw.ops(event);
    const before = ops.slice(
      0,
      ops.findIndex((op) => writesKey(op, this.key)),
    );
    return before.flatMap((op) => {
      const value = rowIn(op, this.key);
      const version = value === undefined ? undefined : this.withValue(value);
      return version === undefined ? [] : [version];
    });
  }

  #left(event: number): RawVersion {
    const writes = this.#raw.ops(event).filter((op) => writesKey(op, this.key));
    const [f, , value] = writes.at(-1)!;
    return { event, value: f === 'delete' ? undefined : (value ?? undefined), inserts: writes.some(([one]) => one === 'insert') };
  }
}
