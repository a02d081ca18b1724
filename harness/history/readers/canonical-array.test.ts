import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../canonical-json.ts';
import { canonicalArrayEnd } from './canonical-array.ts';
import { parseJson } from './numbers.ts';

const endOf = (text: string): number => {
  const bytes = Buffer.from(`  ${text},"time":7}`);
  const end = canonicalArrayEnd(bytes, 2, bytes.length);
  return end < 0 ? -1 : end - 2;
};

describe('a list that is written canonically', () => {
  it.each(['[]', '[[]]', '[1,-2,0,"a",null,true,false,[[],[3]]]', '[["append",5,1],["r",5,[1,2]]]', '[999999999999999]'])('is recognised: %s', (text) => {
    expect(endOf(text)).toBe(text.length);
  });

  it.each([
    '[1, 2]',
    '[01]',
    '[-0]',
    '[-01]',
    '[1.0]',
    '[1e3]',
    '[0.5]',
    '[00]',
    '["\\u0041"]',
    '["é"]',
    '[{"a":1}]',
    '[1000000000000000]',
    '[nul]',
    '[1',
    '[,]',
    '[1,]',
    '["a]',
    '[1]]'.slice(0, 2),
  ])('is not: %s', (text) => {
    expect(endOf(text)).toBe(-1);
  });

  it('is its own text, whatever it is taken for', () => {
    const part = fc.constantFrom('[', ']', ',', '0', '1', '-', '.5', 'e', '"', 'a', 'null', 'true', ' ', '{', '}', '\\', '12345678901234567');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = `[${parts.join('')}]`;
        const end = endOf(text);
        if (end < 0) return;
        const recognised = text.slice(0, end);
        expect(canonicalJson(parseJson(recognised) as never)).toBe(recognised);
      }),
      { numRuns: 5000 },
    );
  });
});
