/** Dense numbers for values: equal values, equal numbers. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { IdTable } from './id-table.ts';

export class ValueIds {
  readonly #integers = new IdTable();
  readonly #simple = new Map<Value, number>();
  readonly #composite = new Map<string, number>();
  readonly #values: Value[] = [];

  get count(): number {
    return this.#values.length;
  }

  id(value: Value): number {
    if (typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)) return this.#integer(value);
    const composite = typeof value === 'object' && value !== null;
    const known = composite ? this.#composite.get(canonicalJson(value)) : this.#simple.get(value);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    if (composite) this.#composite.set(canonicalJson(value), id);
    else this.#simple.set(value, id);
    return id;
  }

  #integer(value: number): number {
    const known = this.#integers.get(value);
    if (known >= 0) return known;
    const id = this.#values.push(value) - 1;
    this.#integers.set(value, id);
    return id;
  }

  /** Throws a RangeError for a number that was never given. */
  value(id: number): Value {
    const value = this.#values[id];
    if (value === undefined) throw new RangeError(`no value ${id}`);
    return value;
  }
}
