/**
 * EDN, the notation of Jepsen's files, as values: keywords and symbols become texts, sets sorted arrays, maps objects,
 * tagged forms what they tag, long integers digits (see numbers.ts).
 */
import type { Value } from '../../contracts/index.ts';
import { canonicalJson } from '../canonical-json.ts';
import { integerValue } from './numbers.ts';

const BLANKS = ' \t\n\r\f\v,';
const BLANK = classOf(BLANKS);
const DELIMITER = classOf(`${BLANKS}()[]{}";`);
const INTEGER = /^[+-]?\d+N?$/;
const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?M?$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\\': '\\', '"': '"' };
const CHARACTERS: Readonly<Record<string, string>> = { newline: '\n', return: '\r', space: ' ', tab: '\t', backspace: '\b', formfeed: '\f' };
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** Reads forms one after the other. Throws a SyntaxError for what is no EDN, or is torn. */
export class EdnReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether there is no form any more. */
  atEnd(): boolean {
    this.#skipBlank();
    return this.#at >= this.#text.length;
  }

  /** Whether the next form is a keyword: `value` gives the same for `:a` and "a". */
  atKeyword(): boolean {
    this.#skipBlank();
    return this.#text[this.#at] === ':';
  }

  /** The next form. */
  value(): Value {
    this.#skipBlank();
    const char = this.#text[this.#at];
    if (char === undefined) throw new SyntaxError('the text ends where a value was expected');
    if (char === '"') return this.#string();
    if (char === '\\') return this.#character();
    if (char === '[' || char === '(') return this.#sequence();
    if (char === '{') return this.#map();
    if (char === '#') return this.#dispatch();
    if (char === '^') {
      this.#at++;
      this.value();
      return this.value();
    }
    return this.#atom();
  }

  /** The entries of the map that comes next, tags before it skipped. `entry` must consume the value of each key. */
  entries(entry: (key: string) => void): void {
    this.#skipBlank();
    while (this.#text[this.#at] === '#') {
      this.#at++;
      this.#token();
      this.#skipBlank();
    }
    if (this.#text[this.#at] !== '{') throw new SyntaxError('expected a map');
    this.#at++;
    while (!this.#closes('}')) {
      const key = this.value();
      entry(typeof key === 'string' ? key : canonicalJson(key));
    }
  }

  #sequence(): Value {
    const closing = CLOSING[this.#text[this.#at++]!]!;
    const items: Value[] = [];
    while (!this.#closes(closing)) items.push(this.value());
    return items;
  }

  #map(): Value {
    const object: Record<string, Value> = Object.create(null) as Record<string, Value>;
    this.entries((key) => {
      object[key] = this.value();
    });
    return object;
  }

  #dispatch(): Value {
    this.#at++;
    const next = this.#text[this.#at];
    if (next === '{') {
      this.#at++;
      const items: Value[] = [];
      while (!this.#closes('}')) items.push(this.value());
      return items
        .map((item) => ({ item, text: canonicalJson(item) }))
        .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
        .map(({ item }) => item);
    }
    if (next === '#') {
      this.#at++;
      return this.#token();
    }
    if (next === '_') throw new SyntaxError('a discard (#_) where a value was expected');
    this.#token();
    return this.value();
  }

  #string(): string {
    let out = '';
    let from = ++this.#at;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new SyntaxError('a text is not closed');
      if (char === '"') {
        out += this.#text.slice(from, this.#at++);
        return out;
      }
      if (char === '\\') {
        out += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else this.#at++;
    }
  }

  #escape(): string {
    const code = this.#text[this.#at + 1] ?? '';
    if (code === 'u') return this.#unicode(this.#at + 2, 6);
    const plain = ESCAPES[code];
    if (plain === undefined) throw new SyntaxError(`unknown escape \\${code}`);
    this.#at += 2;
    return plain;
  }

  #unicode(start: number, length: number): string {
    const digits = this.#text.slice(start, start + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError(`bad character code \\u${digits}`);
    this.#at += length;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #character(): string {
    const start = ++this.#at;
    // The first character may be a delimiter itself: \( or \,
    this.#at++;
    const name = this.#text.slice(start, this.#at) + this.#token();
    if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    const named = CHARACTERS[name];
    if (named !== undefined) return named;
    if ([...name].length !== 1) throw new SyntaxError(`unknown character \\${name}`);
    return name;
  }

  #atom(): Value {
    const token = this.#token();
    if (token === '') throw new SyntaxError(`unexpected "${this.#text[this.#at]}"`);
    if (token.startsWith(':')) return token.slice(1);
    if (token === 'nil') return null;
    if (token === 'true') return true;
    if (token === 'false') return false;
    if (!/^[+-]?\d/.test(token)) return token;
    if (INTEGER.test(token)) return integerValue(token.endsWith('N') ? token.slice(0, -1) : token);
    if (DECIMAL.test(token)) return Number(token.endsWith('M') ? token.slice(0, -1) : token);
    if (/^[+-]?\d+\/\d+$/.test(token)) return token;
    throw new SyntaxError(`"${token}" is not a number`);
  }

  /** Up to the next delimiter. */
  #token(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && DELIMITER[this.#text.charCodeAt(this.#at)] !== 1) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** Consumes the closing bracket, if it comes next. */
  #closes(bracket: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  /** White space, commas, comments and discarded forms. */
  #skipBlank(): void {
    for (;;) {
      while (BLANK[this.#text.charCodeAt(this.#at)] === 1) this.#at++;
      const char = this.#text[this.#at];
      if (char === undefined) return;
      if (char === ';') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end + 1;
      } else if (char === '#' && this.#text[this.#at + 1] === '_') {
        this.#at += 2;
        this.value();
      } else return;
    }
  }
}

/** A table of ASCII characters: 1 where the character is one of them. */
function classOf(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
