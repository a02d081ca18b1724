/** The page as a text: self-contained, safe under fuzzed values, the same for the same run. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WrittenEvent } from '../../checkers/testing/written-history.ts';
import { AGREEING, DUPLICATE, DUPLICATE_ID, LOST_ELEMENT, material, NOTHING_DONE, STALE_READ } from '../testing/scenario.ts';
import { buildReportView } from '../view-model/index.ts';
import { renderFailedReport, renderReport } from './page.ts';

const ALL = ['linearizable', 'stats', 'coverage', 'availability'] as const;
const page = (events: readonly WrittenEvent[], checks: Parameters<typeof material>[1] = ALL): string => renderReport(buildReportView(material(events, checks)));

describe('the page', () => {
  test.each([
    ['invalid', page(STALE_READ), 'INVALID'],
    ['valid', page(AGREEING), 'VALID'],
    ['not tested', page(NOTHING_DONE), 'NOT TESTED'],
    ['a lost element', page(LOST_ELEMENT, ['set']), 'INVALID'],
    ['a duplicate', page(DUPLICATE, ['counter']), 'INVALID'],
    ['a duplicate id', page(DUPLICATE_ID, ['unique-ids']), 'INVALID'],
  ])('of a run that is %s asks nobody for anything and has neither inline styles nor handlers', (_, text, word) => {
    expect(text).toContain(`</svg>${word}</p>`);
    const markup = text.replace(/<style>[\s\S]*?<\/style>|<script[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/\sstyle=|\son[a-z]+=/i);
    expect(markup.match(/(?:src|href)="(?!#|data:,)[^"]*"/g)).toBeNull();
    expect(text).not.toMatch(/@import|url\((?!#)/);
  });

  test('names its style and script by their hashes', () => {
    const text = page(STALE_READ);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)![1]!;
    expect(policy).toContain('default-src &#39;none&#39;');
    const hash = (content: string): string => createHash('sha256').update(content).digest('base64');
    for (const [, , content] of text.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)) expect(policy).toContain(`sha256-${hash(content!)}`);
  });

  test('is the same for the same run', () => {
    expect(page(STALE_READ)).toBe(page(STALE_READ));
  });

  test('holds fuzzed values, keys and messages without letting them out', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</script><script>alert(1)</script>', '</template>', '<!--<script>', '\u2028', '\ud800x', '"><img src=x>'),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (value, key, message) => {
        const events: WrittenEvent[] = [
          [0, 'invoke', 'write', value, { key, at: 10 }],
          [0, 'ok', 'write', value, { key, at: 11 }],
          [1, 'invoke', 'read', null, { key, at: 12 }],
          [1, 'ok', 'read', `${value}!`, { key, at: 13 }],
          [2, 'invoke', 'write', [value], { key, at: 14 }],
          [2, 'info', 'write', [value], { key, at: 15, error: { code: message, message } }],
        ];
        const text = page(events, ['linearizable', 'stats']);
        expect(text.match(/<script/g)).toHaveLength(2);
        expect(text.match(/<\/script>/g)).toHaveLength(2);
        expect(text).not.toContain('<img');
        expect(text.isWellFormed()).toBe(true);
        const data = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(text)![1]!;
        expect((JSON.parse(data) as { ops: unknown[] }).ops).toHaveLength(3);
      }),
      { numRuns: 20 },
    );
  });

  test('of a large run stays small', () => {
    const events: WrittenEvent[] = [];
    for (let i = 0; i < 30_000; i++) {
      events.push([i % 10, 'invoke', 'write', i, { key: i % 7, node: `n${i % 3}`, at: i }]);
      events.push([i % 10, i % 50 === 7 ? 'fail' : 'ok', 'write', i, { key: i % 7, node: `n${i % 3}`, at: i + 0.5 + (i % 13) }]);
    }
    const text = page(events, ['stats']);
    expect(text.length).toBeLessThan(1_200_000);
    expect(text).toContain('of 30\u202f000 operations are here');
  });

  test('says the verdict even where it could not be drawn', () => {
    expect(renderFailedReport({ valid: false, sentence: 'a <b> c' }, 'no <room>')).toContain('INVALID</h1><p>a &lt;b&gt; c</p>');
  });
});
