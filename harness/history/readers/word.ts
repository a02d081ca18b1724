/** A short text that is looked for at the same place line after line: compared four bytes at a time. */

export class Word {
  readonly length: number;
  readonly #first: number;
  readonly #middle: number;
  readonly #last: number;
  readonly #middleAt: number;

  /** `text`: 4 to 12 characters of ASCII, which three times four bytes cover, overlapping where there are fewer. */
  constructor(text: string) {
    const bytes = Buffer.from(text, 'latin1');
    this.length = bytes.length;
    this.#middleAt = Math.min(4, bytes.length - 4);
    this.#first = bytes.readInt32LE(0);
    this.#middle = bytes.readInt32LE(this.#middleAt);
    this.#last = bytes.readInt32LE(bytes.length - 4);
  }

  /** Whether it stands at `at`, before `end`. */
  standsAt(view: DataView, at: number, end: number): boolean {
    return (
      at + this.length <= end &&
      view.getInt32(at, true) === this.#first &&
      view.getInt32(at + this.#middleAt, true) === this.#middle &&
      view.getInt32(at + this.length - 4, true) === this.#last
    );
  }
}
