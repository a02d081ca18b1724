/**
 * Markup that cannot be forgotten to be escaped: `html` escapes whatever it is given unless that is markup itself. Values
 * come from systems under test and fuzzers, so nothing is trusted: not lengths, not characters, not surrogates.
 */

/** A piece of a page. Only `html` makes it from values; `raw` is for assets of our own. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** A template: interpolated strings and numbers are escaped, markup and lists of it are not; null and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0]!;
  values.forEach((value, i) => {
    text += rendered(value) + strings[i + 1]!;
  });
  return new Markup(text);
}

/** Text of our own that is markup already. */
export function raw(text: string): Markup {
  return new Markup(text);
}

function rendered(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return (value as readonly Content[]).map(rendered).join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for quoted attributes. What HTML cannot carry becomes U+FFFD. */
export function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a page
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
  );
}

/** JSON for a data block: nothing in it can end the element or be read as markup. Parses back to the same value. */
export function jsonBlock(value: unknown): Markup {
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return new Markup(text);
}
