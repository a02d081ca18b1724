/** The one text of a value: keys sorted, no white space. Equal values have equal texts, so values are interned by them. */
import type { Value } from '../contracts/index.ts';

/**
 * JSON with sorted keys. What JSON cannot say, and a client may hand over against its types, becomes a string (a bigint
 * its digits, NaN and the infinities their names), undefined becomes null: no two different numbers share a text.
 */
export function canonicalJson(value: Value): string {
  return textOf(value);
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? textOfArray(value) : textOfObject(value as Readonly<Record<string, unknown>>);
    default:
      return 'null';
  }
}

function textOfArray(items: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += i === 0 ? textOf(items[i]) : `,${textOf(items[i])}`;
  return `${text}]`;
}

function textOfObject(object: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(object).sort();
  let text = '{';
  for (const key of keys) {
    const value = object[key];
    if (value === undefined) continue;
    text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${textOf(value)}`;
  }
  return `${text}}`;
}
