import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedText, TextTable } from './text-table.ts';

const texts = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(300).map(String));

describe('TextTable', () => {
  it('numbers texts as a map does', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 700, size: 'max' }), (list) => {
        const table = new TextTable();
        const reference = new Map<string, number>();
        for (const text of list) {
          if (!reference.has(text)) reference.set(text, reference.size);
          expect(table.intern(text)).toBe(reference.get(text));
        }
        expect(table.count).toBe(reference.size);
        const packed = table.pack();
        for (const [text, ordinal] of reference) {
          const bytes = Buffer.from(`--${text}--`);
          expect(table.text(ordinal)).toBe(text);
          expect(packedText(packed, ordinal)).toBe(text);
          expect(table.find(bytes, 2, bytes.length - 2)).toBe(ordinal);
        }
        expect(table.find(Buffer.from('never interned, for it is too long for that … '.repeat(9)), 0, 300)).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  it('is empty once it is finished, and what it handed out stays', () => {
    const table = new TextTable();
    for (let i = 0; i < 100; i++) table.intern(`a${i}`);
    const packed = table.finish();
    expect(table.count).toBe(0);
    expect(table.find(Buffer.from('a7'), 0, 2)).toBe(-1);
    expect(['b', 'a7', 'b'].map((text) => table.intern(text))).toEqual([0, 1, 0]);
    expect([packed.count, packedText(packed, 0), packedText(packed, 99)]).toEqual([100, 'a0', 'a99']);
    expect(new TextTable().finish().count).toBe(0);
  });

  it('finds by bytes, not by hash', () => {
    const table = new TextTable();
    const count = 200_000;
    for (let i = 0; i < count; i++) table.intern(`[${i},${i + 1}]`);
    expect(table.count).toBe(count);
    for (let i = 0; i < count; i += 997) expect(table.intern(`[${i},${i + 1}]`)).toBe(i);
    expect(table.count).toBe(count);
  });
});
