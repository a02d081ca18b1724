import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent } from '../event-line.ts';
import { indexed, type NewEvent, soundEvents } from '../fixtures/sound-events.ts';
import { type ReadHistory, readHistory } from '../read-history.ts';

const HEAD = '{"ordeal":"history","schemaVersion":1,"name":"t","seed":1,"operations":[],"nodes":[]}';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-scan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string): Promise<ReadHistory> {
  const path = join(folder, 'history.jsonl');
  writeFileSync(path, content);
  return readHistory(path, { strictness: 'strict', requireOperations: false });
}
const all = ({ history }: ReadHistory) => Array.from({ length: history.length }, (_, i) => history.event(i));

/** How one line is written: a shuffle of its fields, blanks, a field that nobody knows, texts in escapes. */
const hands = fc.record({
  order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  blank: fc.constantFrom('', '', ' ', '\t '),
  foreign: fc.constantFrom(undefined, undefined, '"note":{"value":[1,"}",{"type":"ok"}]}', '"timer":7', '"in":"a\\"b"'),
  escaped: fc.boolean(),
});
type Hand = typeof hands extends fc.Arbitrary<infer T> ? T : never;

function written(event: NewEvent, index: number, { order, blank, foreign, escaped }: Hand): string {
  const whole = JSON.parse(encodeEvent(index, event)) as Record<string, unknown>;
  const fields = Object.entries(whole).map(([name, value]) => `"${name}"${blank}:${blank}${JSON.stringify(value)}`);
  if (foreign !== undefined) fields.push(foreign);
  const shuffled = fields.map((field, i) => ({ field, place: order[i]! })).sort((a, b) => a.place - b.place);
  const line = `${blank}{${shuffled.map(({ field }) => field).join(`${blank},${blank}`)}}${blank}`;
  return escaped ? line.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : line;
}

describe('lines written by other hands', () => {
  it('are the same events, whatever the line before looked like', async () => {
    await fc.assert(
      fc.asyncProperty(soundEvents, fc.array(hands, { minLength: 1, maxLength: 7 }), fc.constantFrom('\n', '\r\n'), async (events, styles, lineEnd) => {
        const lines = events.map((event, i) => written(event, i, styles[i % styles.length]!));
        expect(all(await read([HEAD, ...lines].join(lineEnd)))).toEqual(indexed(events));
      }),
      { numRuns: 150 },
    );
  });

  it('are refused when torn anywhere but at the end', async () => {
    await fc.assert(
      fc.asyncProperty(soundEvents, fc.nat(), fc.nat(), async (events, which, where) => {
        if (events.length < 2) return;
        const lines = events.map((event, i) => encodeEvent(i, event));
        const torn = which % (lines.length - 1);
        lines[torn] = lines[torn]!.slice(0, 1 + (where % (lines[torn]!.length - 1)));
        await expect(read([HEAD, ...lines].join('\n'))).rejects.toThrow(`:${torn + 2}`);
      }),
      { numRuns: 150 },
    );
  });
});
