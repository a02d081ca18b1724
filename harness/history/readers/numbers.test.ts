import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integerValue, parseJson } from './numbers.ts';

const integers = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 53n + 9n }),
  fc.bigInt({ min: -9n, max: 9n }),
);

describe('integerValue', () => {
  it('keeps different integers apart and safe ones numbers', () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        const [x, y] = [integerValue(String(a)), integerValue(String(b))];
        expect(x === y).toBe(a === b);
        if (Number.isSafeInteger(Number(a))) expect(x).toBe(Number(a));
        else expect(String(x)).toBe(String(a));
      }),
    );
    expect([integerValue('+007'), integerValue('-0'), integerValue('-00012345678901234567890')]).toEqual([7, 0, '-12345678901234567890']);
  });
});

describe('parseJson', () => {
  it('is JSON.parse but for long integers', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(parseJson(text)).toEqual(JSON.parse(text))));
    expect(parseJson('{"a":[9007199254740993,-9007199254740993,1234567890123456],"b":"9007199254740993","c":0.1234567890123456}')).toEqual({
      a: ['9007199254740993', '-9007199254740993', 1234567890123456],
      b: '9007199254740993',
      c: 0.1234567890123456,
    });
    expect(() => parseJson('[9007199254740993')).toThrow(SyntaxError);
  });
});
