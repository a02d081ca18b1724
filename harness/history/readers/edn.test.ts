import { parseEDNString, toEDNStringFromSimpleObject } from 'edn-data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../contracts/index.ts';
import { canonicalJson } from '../canonical-json.ts';
import { EdnReader } from './edn.ts';

const read = (text: string): Value => {
  const reader = new EdnReader(text);
  const value = reader.value();
  if (!reader.atEnd()) throw new SyntaxError('more than one form');
  return value;
};

/** EDN of Jepsen's kinds, with what it means. */
const leaves: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('nil', 'true', 'false', ':ok', ':a/b', 'sym', 'a.b/c', '-', '0', '-12', '3.25', '-1e3'),
  fc.integer().map(String),
  fc.string({ maxLength: 6 }).map((text) => toEDNStringFromSimpleObject(text.replace(/[\\"]/g, '') as never)),
);
const forms = fc.letrec<{ form: string }>((tie) => ({
  form: fc.oneof(
    { maxDepth: 3 },
    leaves,
    fc.array(tie('form'), { maxLength: 4 }).map((items) => `[${items.join(' ')}]`),
    fc.array(tie('form'), { maxLength: 4 }).map((items) => `(${items.join(', ')} )`),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd/e'), tie('form')), { selector: ([key]) => key, maxLength: 4 })
      .map((entries) => `{${entries.map(([key, form]) => `:${key} ${form}`).join(',\n')}}`),
    tie('form').map((form) => `; a comment )}\n${form}`),
  ),
})).form;

describe('EdnReader', () => {
  it('reads what edn-data reads', () => {
    fc.assert(
      fc.property(forms, (text) => {
        const reference = parseEDNString(text, {
          mapAs: 'object',
          keywordAs: 'string',
          symbolAs: 'string',
          listAs: 'array',
          setAs: 'array',
        }) as Value;
        expect(canonicalJson(read(text))).toBe(canonicalJson(reference));
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [string, Value]>([
    ['#{3 1 2}', [1, 2, 3]],
    ['#{[2] "a" :b}', ['a', 'b', [2]]],
    ['#inst "2020-01-01"', '2020-01-01'],
    ['#jepsen.history.Op{:index 0}', { index: 0 }],
    ['{[1 :a] 2, "k" 3, 4 5}', { '[1,"a"]': 2, k: 3, 4: 5 }],
    ['{:__proto__ 1}', JSON.parse('{"__proto__":1}') as Value],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740993N', '9007199254740993'],
    ['12N', 12],
    ['+7', 7],
    ['1.50M', 1.5],
    ['1/3', '1/3'],
    ['##Inf', 'Inf'],
    ['"a\\n\\"\\\\\\u00fc"', 'a\n"\\ü'],
    ['[\\a \\newline \\( \\u00fc]', ['a', '\n', '(', 'ü']],
    ['[1 #_ 2 3 #_[4]]', [1, 3]],
    ['^{:line 3} [1]', [1]],
    [
      '[[0 :w 1] [1 :r [1 2]]]',
      [
        [0, 'w', 1],
        [1, 'r', [1, 2]],
      ],
    ],
  ])('reads %s', (text, value) => {
    expect(canonicalJson(read(text))).toBe(canonicalJson(value));
  });

  it.each(['', '[1 2', '{:a 1', '{:a}', '"abc', ']', '[1)', '1x', '"\\q"', '\\foo', '#_ 1', '"\\u12"', '[}'])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });
});
