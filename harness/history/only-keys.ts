/** A history with the operations on some keys only. Indices stay what they are, so that whatever names events means the same ones. */
import { type History, NO_VALUE } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { canonicalJson } from './canonical-json.ts';
import { ColumnarHistory } from './columnar-history.ts';
import { historyToMessage } from './transfer.ts';

/** How many of the keys that there are a complaint names. */
const KEYS_NAMED = 12;

/**
 * The same events; those of clients on other keys are an observer's. A key is named by its JSON, a text also by itself.
 * Throws ORDEAL_BAD_OPTION for a key that no operation is on. O(events).
 */
export function onlyKeys(history: History, named: readonly string[]): History {
  const parts = historyToMessage(history);
  const { key, process } = parts.columns;
  const texts = new Map<number, readonly string[]>();
  for (let i = 0; i < history.length; i++) {
    const id = key[i]!;
    if (process[i]! < 0 || id === NO_VALUE || texts.has(id)) continue;
    const value = history.value(id)!;
    texts.set(id, typeof value === 'string' ? [value, canonicalJson(value)] : [canonicalJson(value)]);
  }
  for (const name of named) if (![...texts.values()].some((each) => each.includes(name))) throw noSuchKey(name, [...texts.values()]);
  const wanted = new Set([...texts].filter(([, each]) => named.some((name) => each.includes(name))).map(([id]) => id));
  const observers = [...parts.observers, 'other-keys'];
  const other = -1 - observers.length;
  const shown = process.map((each, i) => (each < 0 || wanted.has(key[i]!) ? each : other));
  const shared = new Int32Array(new SharedArrayBuffer(shown.byteLength));
  shared.set(shown);
  return new ColumnarHistory({ ...parts, observers, columns: { ...parts.columns, process: shared } });
}

function noSuchKey(name: string, texts: readonly (readonly string[])[]): OrdealError {
  const some = texts.slice(0, KEYS_NAMED).map(([text]) => text);
  const there = texts.length === 0 ? 'its operations have no keys' : `there are ${some.join(', ')}${texts.length > some.length ? `, … (${texts.length})` : ''}`;
  return new OrdealError('ORDEAL_BAD_OPTION', {
    what: `no operation is on key ${name}; ${there}`,
    where: '--key',
    value: name,
    remedy: 'Name a key that is there.',
  });
}
