/** Values, counts and spans of time in words. */
import type { Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS, NS_PER_S } from '../../harness/time/units.ts';

/** How many characters a value may take in a drawing or a row. */
const VALUE_CHARS = 40;
/** How many elements of a list are written out. */
const LISTED = 6;

/** A value as people write it; a long list gives its size and its last elements. */
export function valueInWords(value: Value | undefined): string {
  if (Array.isArray(value) && value.length > LISTED) {
    const list = value as readonly Value[];
    const tail = list.slice(-2).map((item) => clipped(JSON.stringify(item), 12));
    return `[… ${tail.join(' ')}] ${count(list.length)} elements`;
  }
  if (typeof value === 'string' && /^[\w.:+-]+$/.test(value)) return clipped(value, VALUE_CHARS);
  return clipped(JSON.stringify(value ?? null), VALUE_CHARS);
}

/** Cut to so many characters, with an ellipsis, never through a surrogate pair. */
export function clipped(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const end = chars - 1;
  const code = text.charCodeAt(end - 1);
  return `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end)}…`;
}

/** `14 518`, with narrow spaces. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 fault`, `3 faults`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** A span of time with its unit: `12 µs`, `0.8 ms`, `27 ms`, `1.25 s`. */
export function span(ns: number): string {
  const size = Math.abs(ns);
  if (size < 100_000) return `${Math.round(ns / 1000)} µs`;
  if (size < 10 * NS_PER_MS) return `${(ns / NS_PER_MS).toFixed(1)} ms`;
  if (size < NS_PER_S) return `${Math.round(ns / NS_PER_MS)} ms`;
  return `${(ns / NS_PER_S).toFixed(2)} s`;
}

/** A first letter large, a full stop at the end. */
export function asSentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
