/** Nothing that a run writes holds a secret of its configuration (rule 10). */
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOrdeal } from '../../cli/testing/run-ordeal.ts';

const PASSWORD = 'c0rrect h0rse "battery" staple';
const config = fileURLToPath(new URL('./fixtures/leaky.config.ts', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ordeal-secrets-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const written = (): string[] => globSync(join(out, '**', '*')).filter((path) => statSync(path).isFile());

describe('the secret of a system that tells it to everybody', () => {
  let run: ReturnType<typeof runOrdeal>;
  beforeAll(() => {
    run = runOrdeal(['run', config, '--out', out], { cwd: out, env: { ...process.env, LEAKY_PASSWORD: PASSWORD } });
  });

  it('is told: in the log, in the errors of operations', () => {
    const text = written().map((path) => readFileSync(path, 'utf8'));
    expect(text.some((file) => file.includes('logs in with [secret LEAKY_PASSWORD] at raft://'))).toBe(true);
    expect(text.some((file) => file.includes('[secret LEAKY_PASSWORD] was not accepted'))).toBe(true);
  });

  it('is in no file of the run folder, and in nothing that was printed', () => {
    const forms = [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), encodeURIComponent(PASSWORD), 'battery'];
    const leaks = written().filter((path) => forms.some((form) => readFileSync(path, 'utf8').includes(form)));
    expect(leaks).toEqual([]);
    expect(forms.filter((form) => `${run.stdout}${run.stderr}`.includes(form))).toEqual([]);
    for (const name of ['run.json', 'history.jsonl', 'results.json', 'report.html', 'junit.xml'])
      expect(written().some((path) => path.endsWith(name))).toBe(true);
  });
});

it('a secret that is not set is asked for before anything starts', () => {
  const { LEAKY_PASSWORD: _, ...env } = process.env;
  const { status, stderr } = runOrdeal(['run', config, '--out', out], { cwd: out, env });
  expect(status).toBe(64);
  expect(stderr).toContain('Set LEAKY_PASSWORD and start again.');
});
