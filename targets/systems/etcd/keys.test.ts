import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, EVERYTHING, encode, keyOf, rangeOf } from './keys.ts';

const KINDS = ['register', 'set', 'id'] as const;
const within = (key: string, range: { readonly key: string; readonly range_end: string }): boolean => {
  const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
  return Buffer.compare(bytes(key), bytes(range.key)) >= 0 && Buffer.compare(bytes(key), bytes(range.range_end)) < 0;
};
const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer());

describe('keys', () => {
  it('carry any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decode(encode(text)) === text));
  });

  it('lie in the range of their kind, in no other, and in everything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), name, (kind, of) => {
        const key = keyOf(kind, of);
        for (const other of KINDS) expect(within(key, rangeOf(other))).toBe(other === kind);
        expect(within(key, EVERYTHING)).toBe(true);
      }),
    );
  });

  it('are different for different names', () => {
    fc.assert(fc.property(name, name, (a, b) => (keyOf('set', a) === keyOf('set', b)) === (String(a) === String(b))));
  });

  it('leave alone what is not ours', () => {
    for (const foreign of ['ordeal', 'ordeals/x', 'ordeal0', 'a', 'z']) expect(within(encode(foreign), EVERYTHING)).toBe(false);
  });
});
