/** Numbers as files write them, without making two different integers equal. */

/**
 * An integer's digits as a value: a number where that number is written so, else the digits as a string (integers
 * beyond 2^53 travel as strings). Different integers never give the same value.
 */
export function integerValue(digits: string): number | string {
  const plain = digits.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  const number = Number(plain);
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  return String(number) === plain ? number : plain;
}

const LONG_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepLongIntegers: Reviver = (_key, value, context) =>
  typeof value === 'number' && context?.source !== undefined && INTEGER.test(context.source) ? integerValue(context.source) : value;

/** JSON.parse that keeps long integers apart. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  return LONG_DIGITS.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
}
