/** Values of a history for one look at each: nothing is kept, so that a long history does not hold all its values twice. */
import type { History, Value } from '../../harness/contracts/index.ts';
import { tableOrdinal } from '../../harness/history/columns.ts';
import { packedText } from '../../harness/history/text-table.ts';
import { historyToMessage } from '../../harness/history/transfer.ts';

/** Gives the value of an id; undefined for `NO_VALUE`. */
export function valueReader(history: History): (id: number) => Value | undefined {
  const { texts } = historyToMessage(history);
  return (id) => {
    if (id >= 0) return id;
    const ordinal = tableOrdinal(id);
    return ordinal < 0 || ordinal >= texts.count ? undefined : (JSON.parse(packedText(texts, ordinal)) as Value);
  };
}

/** A field of an object; undefined where the value is none, or has it not. */
export function fieldOf(value: Value | undefined, name: string): Value | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Value })[name] : undefined;
}

/** A field that is a number. */
export function numberIn(value: Value | undefined, name: string): number | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'number' ? field : undefined;
}
