import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runOrdeal } from '../../cli/testing/run-ordeal.ts';

const out = mkdtempSync(join(tmpdir(), 'own-store-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

function run(config: string) {
  const file = fileURLToPath(new URL(config, import.meta.url));
  const { status, stdout, stderr } = runOrdeal(['run', file, '--time-limit', '13', '--seed', '1', '--json'], { cwd: out });
  return { status, stderr, results: JSON.parse(stdout) };
}

describe("a store, client, workload, model and fault of the user's own", () => {
  it('pass where the store is as it should be', () => {
    const { status, stderr, results } = run('ordeal.config.ts');
    expect([status, stderr, results.valid, results.sentence]).toEqual([0, '', true, 'Every check passed.']);
    expect(new Set(results.faults.map((fault: { family: string }) => fault.family))).toEqual(new Set(['cut-stream', 'partition', 'kill']));
    expect(results.faults.every((fault: { proven: boolean; healed: boolean }) => fault.proven && fault.healed)).toBe(true);
  });

  it('are convicted where it has its bug, by the model of their own', () => {
    const { status, results } = run('broken.config.ts');
    expect([status, results.valid]).toEqual([1, false]);
    expect(results.checks.filter((check: { valid: unknown }) => check.valid === false).map((check: { checker: string }) => check.checker)).toEqual([
      'linearizable',
    ]);
    const again = runOrdeal(['check', 'latest', '--json'], { cwd: out });
    expect([again.status, JSON.parse(again.stdout)[0].results.map((result: { valid: unknown }) => result.valid)]).toEqual([1, [false, true, true, true]]);
    expect(results.sentence).toMatch(/^count of \d+ by process/i);
  });
});
