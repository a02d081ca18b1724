/** The page in a real browser, from a file: no errors, no requests, readable on a phone and on a desk, in the light and in the dark. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WrittenEvent } from '../../checkers/testing/written-history.ts';
import { AGREEING, DUPLICATE, LOST_ELEMENT, material, NOTHING_DONE, STALE_READ } from '../testing/scenario.ts';
import { MANY_ANOMALIES, NO_ORDER, READ_SKEW } from '../testing/transactions.ts';
import { buildReportView } from '../view-model/index.ts';
import { renderReport } from './page.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NASTY = '</script><script>window.owned=1</script>"><img src=x onerror=owned=1>\u2028';
const FUZZED: readonly WrittenEvent[] = [
  [0, 'invoke', 'write', NASTY, { key: NASTY, at: 10 }],
  [0, 'ok', 'write', NASTY, { key: NASTY, at: 11 }],
  [1, 'invoke', 'read', null, { key: NASTY, at: 12 }],
  [1, 'ok', 'read', `${NASTY}!`, { key: NASTY, at: 13 }],
];
const ALL = ['linearizable', 'stats', 'coverage', 'availability'] as const;
const PAGES = {
  invalid: () => material(STALE_READ, ALL),
  valid: () => material(AGREEING, ALL),
  'not tested': () => material(NOTHING_DONE, ALL),
  'lost element': () => material(LOST_ELEMENT, ['set']),
  duplicate: () => material(DUPLICATE, ['counter']),
  fuzzed: () => material(FUZZED, ['linearizable']),
  'read skew': () => material(READ_SKEW, ['isolation', 'stats', 'coverage']),
  'many anomalies': () => material(MANY_ANOMALIES, ['isolation']),
  'no order': () => material(NO_ORDER, ['isolation']),
} as const;
type PageName = keyof typeof PAGES;

describe.skipIf(!existsSync(CHROMIUM))(`the page in ${CHROMIUM}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-report-'));
  const profile = join(folder, 'profile');
  let browser: Browser;

  beforeAll(async () => {
    for (const [name, of] of Object.entries(PAGES)) writeFileSync(join(folder, `${name}.html`), renderReport(buildReportView(of())));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, `--disk-cache-dir=${profile}`] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page and gathers what it must not do. */
  async function open(name: PageName, width: number, theme: 'light' | 'dark'): Promise<{ readonly page: Page; readonly troubles: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => message.type() !== 'log' && troubles.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
    page.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && troubles.push(`request: ${request.url()}`));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, troubles };
  }

  const cases = (Object.keys(PAGES) as PageName[]).flatMap((name) =>
    ([360, 1400] as const).flatMap((width) => (['light', 'dark'] as const).map((theme) => [name, width, theme] as const)),
  );
  test.each(cases)('%s, %i px wide, %s: no error, no request, nothing beyond the edge, text that can be read', async (name, width, theme) => {
    const { page, troubles } = await open(name, width, theme);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.evaluate(CONTRAST)).toEqual([]);
    expect(await page.evaluate('typeof window.owned')).toBe('undefined');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('the keyboard reaches findings, stretches of time, the filter, the theme and the help', async () => {
    const { page, troubles } = await open('invalid', 1400, 'light');
    await page.keyboard.press('j');
    expect(await page.evaluate("document.querySelector('#f1').getAttribute('aria-current')")).toBe('true');
    await page.keyboard.press('n');
    expect(await page.locator('.seg [aria-pressed=true]').textContent()).toBe('Finding 1');
    expect(await page.locator('.tl:not([hidden])').getAttribute('data-view')).toBe('f1');
    await page.keyboard.press('0');
    expect(await page.locator('.seg [aria-pressed=true]').textContent()).toBe('Whole run');
    await page.keyboard.press('d');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await page.keyboard.press('/');
    await page.keyboard.type('f:read !n:n3');
    expect(await page.locator('#rows tr[data-i]').count()).toBe(1);
    expect(await page.locator('#h-count').textContent()).toBe('1 of 6 operations');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.locator('#help').getAttribute('open')).not.toBeNull();
    await page.keyboard.press('Escape');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('an operation named in the proof lights up in the drawing and is inspected', async () => {
    const { page, troubles } = await open('invalid', 1400, 'light');
    expect(await page.locator('#insp .what').textContent()).toBe('read → 1');
    await page.locator('.proof button.op').nth(1).click();
    expect(await page.locator('#insp .what').textContent()).toBe('write 2');
    expect(await page.locator('#f1 .fig g.hot').count()).toBe(1);
    expect(await page.locator('#rows tr.pin').count()).toBe(1);
    await page.locator('#insp [data-near]').click();
    expect(await page.locator('#rows tr[data-i]').count()).toBe(5);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('the longest order is drawn and told: states by pointing, and step by step with the keyboard', async () => {
    const { page, troubles } = await open('invalid', 1400, 'light');
    const order = page.locator('#f1 .order');
    expect(await order.locator('button.op').allTextContents()).toEqual(['write 1', 'write 2', 'read → 1']);
    expect(await order.locator('ol .state').allTextContents()).toEqual(['0', '1', '2']);
    expect(await order.locator('ul li').allTextContents()).toEqual(['In state 2 a read returns 2, not 1.']);
    expect(await page.locator('#f1 .fig .nth-t').allTextContents()).toEqual(['1', '2', '✗']);
    const said = order.locator('.said');
    await expect.poll(() => said.textContent()).toMatch(/^Point at an operation/);
    // the page may still move under the pointer: it is led there anew
    await expect
      .poll(async () => {
        await page.mouse.move(0, 0);
        await page.locator('#f1 .fig g[data-op]').first().hover();
        return said.textContent();
      })
      .toBe('1: write 1 takes 0 to 1');
    // a pointer that rests would come upon other operations when the page scrolls
    await page.mouse.move(0, 0);
    await expect.poll(() => said.textContent()).toMatch(/^Point at an operation/);
    await order.locator('button.op').first().focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => said.textContent()).toBe('2: write 2 takes 1 to 2');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => said.textContent()).toBe('read → 1 fits nowhere: a read returns 2, not 1');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => said.textContent()).toBe('2: write 2 takes 1 to 2');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('a cycle stands beside its lanes, and its steps open to their evidence', async () => {
    const { page, troubles } = await open('read skew', 1400, 'light');
    const [cycle, lanes] = [page.locator('#f1 svg.cyc'), page.locator('#f1 svg.lan')];
    const [left, right] = [(await cycle.boundingBox())!, (await lanes.boundingBox())!];
    expect(left.x + left.width).toBeLessThanOrEqual(right.x);
    expect(Math.min(left.y + left.height, right.y + right.height)).toBeGreaterThan(Math.max(left.y, right.y));
    expect(await cycle.locator('.pill text').allTextContents()).toEqual(['rw y', 'ww x', 'wr z']);
    for (const kind of ['rw', 'ww', 'wr']) expect(await lanes.locator(`.e-${kind}`).count()).toBe(1);
    expect(await lanes.locator('.sl.lit').count()).toBe(6);
    expect(await lanes.locator('.sl').count()).toBe(7);
    expect(await page.locator('#f1 .e-key li').count()).toBe(3);
    const step = page.locator('#f1 .steps details').nth(1);
    expect(await step.locator('.ev').isVisible()).toBe(false);
    await step.locator('summary').click();
    expect(await step.locator('tbody tr').allTextContents()).toContain('T12read x → [1 4 5]: 4 stands before 5125 on n11.412000 s');
    await step.locator('button.op').first().click();
    expect(await page.locator('#f1 svg.cyc g.hot').count()).toBe(1);
    await page.locator('.levels [data-range]').first().click();
    expect(await page.locator('.tl:not([hidden])').getAttribute('data-view')).toBe('w-partition-1');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('names on the arrows of lanes do not cover each other', async () => {
    const { page } = await open('many anomalies', 1400, 'dark');
    for (const svg of await page.locator('svg.lan').all()) {
      const names = await Promise.all((await svg.locator('.pill').all()).map(async (name) => (await name.boundingBox())!));
      for (const [i, a] of names.entries())
        for (const b of names.slice(i + 1))
          expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y + 1 || b.y + b.height <= a.y + 1).toBe(true);
    }
    await page.context().close();
  });

  test('a proof by cases has two columns, on a phone one', async () => {
    for (const [width, columns] of [
      [1400, 2],
      [360, 1],
    ] as const) {
      const { page, troubles } = await open('no order', width, 'light');
      const boxes = await Promise.all((await page.locator('#f1 .two-c .case').all()).map(async (one) => (await one.boundingBox())!));
      expect(boxes).toHaveLength(2);
      expect(new Set(boxes.map(({ x }) => Math.round(x))).size).toBe(columns);
      expect(troubles).toEqual([]);
      await page.context().close();
    }
  });

  test('pointing at the timeline reads off what was there', async () => {
    const { page, troubles } = await open('invalid', 1400, 'light');
    const track = page.locator('.tl:not([hidden]) .t').first();
    await track.scrollIntoViewIfNeeded();
    const box = (await track.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 10);
    expect(await page.locator('.tl:not([hidden]) [data-rd=f]').textContent()).toBe('partition-1');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('without script the verdict, the proof, the drawing and a table of operations are there', async () => {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, 'invalid.html')).href);
    for (const text of ['INVALID', 'No order satisfies both.', 'npx ordeal run raftkv --seed 7'])
      expect(await page.getByText(text).first().isVisible()).toBe(true);
    expect(await page.locator('#f1 .fig svg').isVisible()).toBe(true);
    expect(await page.locator('noscript tr').count()).toBeGreaterThan(5);
    await context.close();
  });

  test('prints', async () => {
    const { page } = await open('invalid', 1400, 'dark');
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });
});

/** Visible texts of low contrast: 4.5 : 1, against the nearest opaque background. Texts of drawings are left to the tokens. */
const CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour, under) => {
    canvas.globalCompositeOperation = 'copy';
    canvas.fillStyle = under ?? '#000';
    canvas.fillRect(0, 0, 1, 1);
    canvas.globalCompositeOperation = 'source-over';
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const text = (c) => 'rgb(' + c.join(',') + ')';
  const luminance = (c) => c.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    return chain.reduce((under, colour) => rgb(colour, text(under)), [255, 255, 255]);
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('svg, script, style, noscript, .toast, .vh, .skip') || !element.checkVisibility()) continue;
    const behind = background(element);
    const style = getComputedStyle(element);
    const front = rgb(style.color, text(behind));
    const [light, dark] = [luminance(front), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5 && style.opacity === '1') bad.push(node.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return [...new Set(bad)].slice(0, 5);
})()`;
