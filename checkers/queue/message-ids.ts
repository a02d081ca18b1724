/** Numbers messages: equal messages, wherever they stand in the history, have the same number. */
import type { Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { GrowableTable } from '../columns/growable.ts';

/** Integers below this are looked up in a table, not in a map. */
const DENSE = 1 << 22;

export class MessageIds {
  readonly values: Value[] = [];
  /** Numbers of messages that are small integers, plus one. */
  readonly #dense = new GrowableTable();
  readonly #others = new Map<Value, number>();

  /** The number of the message; numbers count from 0 in order of first appearance. */
  of(message: Value): number {
    const next = this.values.length;
    if (typeof message === 'number' && message >= 0 && message < DENSE && Number.isInteger(message)) {
      const known = this.#dense.get(message) - 1;
      if (known >= 0) return known;
      this.#dense.set(message, next + 1);
    } else {
      const key = typeof message === 'object' && message !== null ? `\u0000${canonicalJson(message)}` : message;
      const known = this.#others.get(key);
      if (known !== undefined) return known;
      this.#others.set(key, next);
    }
    this.values.push(message);
    return next;
  }
}
