/** The columns of a log while they grow. */
import type { Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import type { Contradiction, Operations, Records, Sends, Slots, Values } from './columns.ts';

interface KeyTables {
  readonly values: Map<Value, number>;
  readonly slots: Map<number, number>;
}

export class LogTables {
  readonly keys: string[] = [];
  readonly ops: Operations = { invoke: [], complete: [], outcome: [], txn: [], firstSend: [0] };
  readonly sends: Sends = { op: [], value: [], slot: [], previous: [] };
  readonly records: Records = { op: [], value: [], slot: [], previous: [], grouped: [] };
  readonly values: Values = { key: [], value: [], attempts: [], possible: [], acked: [], failed: [], seen: [], slot: [], slotBy: [], slots: [] };
  readonly slots: Slots = { key: [], offset: [], value: [], by: [] };
  readonly moved: Contradiction[] = [];
  readonly overwritten: Contradiction[] = [];
  readonly #keyIds = new Map<string, number>();
  readonly #byKey: KeyTables[] = [];
  /** Of values with several slots, all of them. */
  readonly #places = new Map<number, number[]>();
  readonly #overwrittenSlots = new Set<number>();

  /** Rough, for the budget. */
  get bytes(): number {
    return this.ops.invoke.length * 40 + this.sends.op.length * 32 + this.records.op.length * 40 + this.values.key.length * 180 + this.slots.key.length * 100;
  }

  key(name: string): number {
    const known = this.#keyIds.get(name);
    if (known !== undefined) return known;
    const id = this.keys.push(name) - 1;
    this.#keyIds.set(name, id);
    this.#byKey.push({ values: new Map(), slots: new Map() });
    return id;
  }

  /** The id of a value of a key. */
  value(key: number, value: Value): number {
    const { values } = this;
    // behind a character that no text of a client's begins with
    const name = typeof value === 'object' ? `\u0000${canonicalJson(value)}` : value;
    const table = this.#byKey[key]!.values;
    const known = table.get(name);
    if (known !== undefined) return known;
    const id = values.key.push(key) - 1;
    values.value.push(value);
    values.attempts.push(0);
    for (const column of [values.possible, values.acked, values.failed, values.seen, values.slot, values.slotBy]) column.push(-1);
    values.slots.push(0);
    table.set(name, id);
    return id;
  }

  /** The operation says that the value stands at this offset. Gives the slot. */
  place(key: number, offset: number, value: number, op: number): number {
    const { slots, values } = this;
    const table = this.#byKey[key]!.slots;
    let slot = table.get(offset);
    if (slot === undefined) {
      slot = slots.key.push(key) - 1;
      slots.offset.push(offset);
      slots.value.push(value);
      slots.by.push(op);
      table.set(offset, slot);
    } else if (slots.value[slot] !== value && !this.#overwrittenSlots.has(slot)) {
      this.#overwrittenSlots.add(slot);
      this.overwritten.push({ value, slot, op });
    }
    if (values.slot[value] === -1) {
      values.slot[value] = slot;
      values.slotBy[value] = op;
      values.slots[value] = 1;
    } else if (values.slot[value] !== slot) this.#elsewhere(value, slot, op);
    return slot;
  }

  #elsewhere(value: number, slot: number, op: number): void {
    const places = this.#places.get(value);
    if (places === undefined) {
      this.#places.set(value, [slot]);
      this.moved.push({ value, slot, op });
    } else if (places.includes(slot)) return;
    else places.push(slot);
    this.values.slots[value] = this.values.slots[value]! + 1;
  }
}
