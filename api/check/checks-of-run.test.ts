import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planFromFlags } from '../plans/plan-from-flags.ts';
import { checksOfRun } from './checks-of-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-checks-of-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const history = join(folder, 'history.jsonl');

describe('the checks of a run that was', () => {
  it('are those of its workload with the options and faults that it had', async () => {
    const plan = await planFromFlags('raftkv', { workload: 'set', faults: 'restart,clock', seed: '1' }, (schema) =>
      JSON.stringify(schema).includes('consistency') ? { consistency: 'eventual' } : {},
    );
    expect(plan.workload.options).toEqual({ consistency: 'eventual' });
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ plan }));
    const run = await checksOfRun(history);
    expect(run?.workload).toBe('set');
    expect(Object.fromEntries(run?.checks.map(({ name, options }) => [name, options]) ?? [])).toMatchObject({
      set: { reads: 'eventual' },
      coverage: { families: ['kill', 'clock'], shortWindowMs: expect.any(Number) },
    });
  });

  it('are unknown where no run lies', async () => {
    expect(await checksOfRun(join(folder, 'elsewhere', 'history.jsonl'))).toBeUndefined();
    writeFileSync(join(folder, 'run.json'), '{"plan":');
    expect(await checksOfRun(history)).toBeUndefined();
  });
});
