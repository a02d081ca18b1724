import { expect, it } from 'vitest';
import { cutScript, tableScript } from './cut-script.ts';

it('writes what is cut whole: the old set goes in the same script', () => {
  expect(
    cutScript([
      ['198.18.1.1', '198.18.1.2'],
      ['198.18.1.253', '198.18.1.3'],
    ]),
  ).toBe('flush set bridge ordeal cut\nadd element bridge ordeal cut { 198.18.1.1 . 198.18.1.2, 198.18.1.253 . 198.18.1.3 }\n');
});

it('cuts nothing by emptying the set: an empty list of elements is no nft', () => {
  expect(cutScript([])).toBe('flush set bridge ordeal cut\n');
});

it('drops by source and destination, accepts the rest, and starts with nothing cut', () => {
  const script = tableScript();
  expect(script).toContain('table bridge ordeal {');
  expect(script).toContain('ip saddr . ip daddr @cut drop');
  expect(script).toContain('policy accept');
  expect(script).not.toContain('elements');
});
