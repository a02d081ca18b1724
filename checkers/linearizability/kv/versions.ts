/**
 * What strings under a key are made of. Where every put value and every appended token is there once and a string can be
 * taken apart in one way only, whoever saw a string saw which put it began with and which appends followed.
 */

/** There is more than one way to take the string apart. */
export const AMBIGUOUS = -2;
/** Nothing could make the string. */
export const IMPOSSIBLE = -1;

/** The string is there where something was appended to nothing: to "", or to a key that was absent. */
export const NOTHING = -3;

/** The version that the key holds at first. */
export const FIRST_VERSION = 0;

/** No operation. */
const NONE = -1;

export class Versions {
  readonly #wholes: ReadonlyMap<string, number>;
  readonly #tokens: ReadonlyMap<string, number>;
  readonly #lengths: readonly number[];
  readonly #numbers = new Map<string, number>();
  /** By version: the operation that makes it; NONE for the first. */
  readonly maker: number[] = [NONE];
  /** By version: the one that was appended to, or NOTHING; NONE where it was put as a whole. */
  readonly before: number[] = [NONE];

  /** `first`: what the key holds at first, null for an absent one; `wholes`: values that are put, `tokens`: those that are appended, with the operations that do. */
  constructor(first: string | null, wholes: ReadonlyMap<string, number>, tokens: ReadonlyMap<string, number>) {
    this.#wholes = wholes;
    this.#tokens = tokens;
    this.#lengths = [...new Set([...tokens.keys()].map((token) => token.length))];
    if (first !== null) this.#numbers.set(first, FIRST_VERSION);
  }

  get count(): number {
    return this.maker.length;
  }

  /** Whether the string can only be the first version. */
  isFirstOnly(first: string): boolean {
    return !this.#wholes.has(first) && this.#lastTokens(first).length === 0;
  }

  /** The version of a string that was seen, AMBIGUOUS or IMPOSSIBLE. O(its length × tokens since the last version known). */
  of(seen: string): number {
    const path: string[] = [];
    let version: number | undefined;
    let rest = seen;
    for (;;) {
      version = rest === '' && path.length > 0 ? NOTHING : this.#numbers.get(rest);
      if (version !== undefined) break;
      const whole = this.#wholes.get(rest);
      const lengths = this.#lastTokens(rest);
      if (lengths.length + (whole === undefined ? 0 : 1) > 1) return AMBIGUOUS;
      if (whole !== undefined) {
        version = this.#add(rest, whole, NONE);
        break;
      }
      const length = lengths[0];
      if (length === undefined) return IMPOSSIBLE;
      path.push(rest);
      rest = rest.slice(0, -length);
    }
    for (let longer = path.pop(); longer !== undefined; longer = path.pop()) {
      version = this.#add(longer, this.#tokens.get(longer.slice(rest.length))!, version);
      rest = longer;
    }
    return version;
  }

  /**
   * The version of a string that nobody need have seen: where somebody has, and where it is put as a whole; IMPOSSIBLE where
   * nothing can make it, undefined where appends may have.
   */
  certain(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#lastTokens(text).length > 0) return undefined;
    const whole = this.#wholes.get(text);
    return whole === undefined ? IMPOSSIBLE : this.#add(text, whole, NONE);
  }

  #add(text: string, maker: number, before: number): number {
    const version = this.maker.push(maker) - 1;
    this.before.push(before);
    this.#numbers.set(text, version);
    return version;
  }

  /** The lengths of tokens that the string may end with. */
  #lastTokens(text: string): number[] {
    return this.#lengths.filter((length) => length <= text.length && this.#tokens.has(text.slice(-length)));
  }
}
