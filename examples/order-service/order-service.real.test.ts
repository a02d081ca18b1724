import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runOrdeal } from '../../cli/testing/run-ordeal.ts';

const out = mkdtempSync(join(tmpdir(), 'order-service-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

function run(config: string, ...more: readonly string[]) {
  const file = fileURLToPath(new URL(config, import.meta.url));
  const { status, stdout, stderr } = runOrdeal(['run', file, ...more, '--json'], { cwd: out });
  return { status, stderr, results: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('an order service whose answers from the payment provider are lost', () => {
  it('is convicted where each attempt has a key of its own, in a sentence', () => {
    const { status, results } = run('ordeal.config.ts');
    expect([status, results.valid]).toEqual([1, false]);
    expect(results.sentence).toMatch(/^order \d+ \(.*\) was made by process \d+ on n1 at [\d.]+ s, and its effect happened (twice|\d times): at /i);
    const [judged] = results.checks;
    expect(judged).toMatchObject({
      checker: 'side-effects',
      valid: false,
      anomalies: expect.arrayContaining([expect.objectContaining({ type: 'duplicate-effect' })]),
    });
    expect(new Set(judged.anomalies.map(({ type }: { type: string }) => type))).toEqual(new Set(['duplicate-effect']));
  });

  it('is convicted again by the history alone', () => {
    const again = runOrdeal(['check', 'latest', '--json'], { cwd: out });
    expect([again.status, JSON.parse(again.stdout)[0].results[0].valid]).toEqual([1, false]);
  });

  it('passes where all attempts of an order have one', () => {
    const { status, stderr, results } = run('fixed.config.ts');
    expect([status, stderr, results.valid, results.sentence]).toEqual([0, '', true, 'Every check passed.']);
    expect(results.faults.length).toBeGreaterThan(0);
    for (const fault of results.faults) expect(fault).toMatchObject({ family: 'response-loss', proven: true, healed: true });
  });
});
