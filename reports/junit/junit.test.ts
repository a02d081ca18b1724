/** JUnit XML that every reader can parse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGREEING, material, NOTHING_DONE, STALE_READ } from '../testing/scenario.ts';
import { renderJunit } from './junit.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]!);

/** A strict parser of the little XML that is written: throws on anything that is not well-formed. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const token = /<(\/?)([\w-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const [match, closing, name, attributes, empty, text] of body.matchAll(token)) {
    end += match.length;
    if (text !== undefined) {
      if (/&(?!(lt|gt|quot|apos|amp);)/.test(text) || />/.test(text)) throw new Error(`not escaped: ${text}`);
      open.at(-1)!.text += unescaped(text);
    } else if (closing === '/') {
      if (open.pop()!.name !== name) throw new Error(`</${name}> closes another element`);
    } else {
      const pairs = [...attributes!.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescaped(value!)] as const);
      const element: Element = { name: name!, attributes: Object.fromEntries(pairs), children: [], text: '' };
      open.at(-1)!.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (end !== body.length || open.length !== 1) throw new Error(`not well-formed at ${end}`);
  return root.children[0]!;
}

const suiteOf = (xml: string): Element => parse(xml).children[0]!;
const casesOf = (xml: string): Element[] => suiteOf(xml).children.filter(({ name }) => name === 'testcase');

describe('junit', () => {
  test('a violation is a failure with the command inside its text', () => {
    const xml = renderJunit(material(STALE_READ, ['linearizable', 'coverage']).results, '2026-01-01T00:00:00.000Z');
    const [linearizable, coverage] = casesOf(xml);
    expect(linearizable!.children[0]).toMatchObject({ name: 'failure', attributes: { type: 'stale-read' } });
    expect(linearizable!.children[0]!.text).toContain('Again: npx ordeal run raftkv --seed 7');
    expect(coverage!.children).toEqual([]);
    expect(suiteOf(xml).attributes).toMatchObject({ tests: '2', failures: '1', errors: '0', timestamp: '2026-01-01T00:00:00.000Z' });
    const seed = suiteOf(xml).children[0]!.children.find(({ attributes }) => attributes['name'] === 'seed');
    expect(seed!.attributes['value']).toBe('7');
  });

  test('what is unknown is an error, not a failure', () => {
    const xml = renderJunit(material(NOTHING_DONE, ['linearizable', 'coverage']).results);
    expect(suiteOf(xml).attributes).toMatchObject({ tests: '2', failures: '0', errors: '2' });
    expect(casesOf(xml).map(({ children }) => children[0]!.name)).toEqual(['error', 'error']);
  });

  test('what the environment did is a case of its own', () => {
    const { results } = material(AGREEING, ['linearizable']);
    const xml = renderJunit({ ...results, valid: 'unknown', reasons: [{ code: 'ORDEAL_HEAL_FAILED', message: 'not healed' }] });
    expect(casesOf(xml).map(({ attributes, children }) => [attributes['name'], children[0]?.attributes['type']])).toEqual([
      ['linearizable', undefined],
      ['run', 'ORDEAL_HEAL_FAILED'],
    ]);
  });

  test('any text survives, but for what XML cannot carry', () => {
    const { results } = material(STALE_READ, ['linearizable']);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(']]>', '</failure>', '&amp;', '\u0000', '\ud800')), (sentence) => {
        const checks = results.checks.map((check) => ({ ...check, anomalies: check.anomalies!.map((anomaly) => ({ ...anomaly, sentence })) }));
        const [failure] = casesOf(renderJunit({ ...results, name: sentence, checks }))[0]!.children;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 does not allow
        const expected = sentence.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
        expect(failure!.text).toBe(`${expected}\n\nAgain: npx ordeal run raftkv --seed 7`);
      }),
      { numRuns: 30 },
    );
  });
});
