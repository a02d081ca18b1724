/**
 * Recognises lists that are written as `canonicalJson` would write them, in one pass over their bytes: such a text is its value's
 * own, and needs neither parsing nor writing. What it does not recognise may be canonical all the same.
 */

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

/** Longer integers may not be exact. */
const MOST_DIGITS = 15;
const LITERALS = ['null', 'true', 'false'].map((word) => Buffer.from(word, 'latin1'));

/**
 * Behind the list that begins at `start`, or -1 where it is not one of integers, plain texts, null, true, false and such lists,
 * without white space.
 */
export function canonicalArrayEnd(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    // A value is expected here.
    const byte = bytes[at]!;
    if (byte === OPEN) {
      depth++;
      at++;
      if (bytes[at] !== CLOSE) continue;
    } else {
      if (byte > ZERO && byte <= NINE) {
        at = integersEnd(bytes, at);
        if (at < 0) return -1;
      } else {
        at = byte === QUOTE ? textEnd(bytes, at, end) : otherEnd(bytes, at);
        if (at < 0) return -1;
      }
    }
    while (bytes[at] === CLOSE) {
      at++;
      if (--depth === 0) return at <= end ? at : -1;
    }
    if (bytes[at++] !== COMMA) return -1;
  }
  return -1;
}

/**
 * Most values are positive integers, and most of these stand beside others: behind the last of them. What follows must be a
 * bracket, or a comma and another value.
 */
function integersEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const first = at;
    let byte = bytes[++at]!;
    while (byte >= ZERO && byte <= NINE) byte = bytes[++at]!;
    if (at - first > MOST_DIGITS) return -1;
    if (byte !== COMMA) return at;
    byte = bytes[at + 1]!;
    if (byte <= ZERO || byte > NINE) return at;
    at++;
  }
}

function integerEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  if (bytes[start] === ZERO) return isNumeric(bytes[at]!) ? -1 : at;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
  return at - start > MOST_DIGITS || isNumeric(bytes[at]!) ? -1 : at;
}

/** Part of a number: a digit, ".", "e", "E". */
function isNumeric(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === 46 || byte === 101 || byte === 69;
}

/** Behind the closing quote of a text of printable ASCII without escapes. */
function textEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH || byte < 32 || byte > 126) return -1;
  }
  return -1;
}

function otherEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] === ZERO) return integerEnd(bytes, start);
  if (bytes[start] === MINUS) return bytes[start + 1]! > ZERO && bytes[start + 1]! <= NINE ? integerEnd(bytes, start + 1) : -1;
  for (const word of LITERALS) if (bytes[start] === word[0]) return standsAt(bytes, start, word) ? start + word.length : -1;
  return -1;
}

function standsAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let i = 1; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}
