/** Nothing gets into a page unescaped, whatever it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escaped, html, jsonBlock, raw } from './markup.ts';

/** What breaks pages, among ordinary text. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '</script>',
    '</template>',
    '<!--',
    ']]>',
    '\u2028',
    '\u2029',
    '\ud800',
    '\udfff',
    '\u0000',
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    '&lt;',
  ),
);

describe('markup', () => {
  test('escapes what is interpolated, in text and in attributes', () => {
    fc.assert(
      fc.property(nasty, (value) => {
        const { text } = html`<p title="${value}">${value}</p>`;
        expect(text.match(/[<>]/g)).toHaveLength(4);
        expect(text.match(/"/g)).toHaveLength(2);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  test('keeps markup, lists and templates within templates', () => {
    expect(html`<ul>${['a<b', raw('<i></i>')].map((item) => html`<li>${item}</li>`)}${null}${false}${0}</ul>`.text).toBe(
      '<ul><li>a&lt;b</li><li><i></i></li>0</ul>',
    );
  });

  test('replaces what HTML cannot carry', () => {
    expect(escaped('a\u0000b\ud800c\u0085d')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(escaped('a\n\tb\u2028')).toBe('a\n\tb\u2028');
  });

  test('a data block parses back to the same value and cannot end its element', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(nasty)), (value) => {
        const { text } = jsonBlock(value);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(text.isWellFormed()).toBe(true);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      }),
    );
  });
});
