import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pages } from './pages.ts';

describe('generated pages', () => {
  it('are what `npm run docs` would write', async () => {
    for (const [name, text] of Object.entries(await pages())) {
      expect(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'), `docs/${name} is out of date: npm run docs`).toBe(text);
    }
  });

  it('describe every option', async () => {
    for (const [name, text] of Object.entries(await pages())) {
      const undescribed = text.split('\n').filter((line) => /^\| `/.test(line) && line.endsWith('|  |'));
      expect([name, undescribed]).toEqual([name, []]);
    }
  });
});
