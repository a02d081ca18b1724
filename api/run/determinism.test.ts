/** On the simulator: the same seed gives the same bytes, a replay gives them again, and variants of a system meet the same faults. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runDemo } from '../demo/demo.ts';
import { PLAN_DEFAULTS, type RunPlan } from '../plans/plan.ts';
import { replayRun } from '../replay/replay.ts';
import { type RunReport, runTest } from './run-test.ts';

const out = mkdtempSync(join(tmpdir(), 'ordeal-determinism-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const plan: RunPlan = {
  ...PLAN_DEFAULTS,
  name: 'determinism',
  system: { name: 'raftkv', options: {} },
  host: { name: 'sim', options: {} },
  workload: { name: 'register', options: {} },
  faults: { families: ['partition', 'kill', 'pause', 'clock', 'power'], chosen: [], scenario: [], options: {} },
  timeLimitMs: 20_000,
  seed: 7,
  out,
};

const FILES = ['history.jsonl', 'faults.jsonl', 'results.json'];
const bytesOf = (report: RunReport): string[] => FILES.map((file) => readFileSync(join(report.folder.path, file), 'utf8'));

describe('a run on the simulator', async () => {
  const first = await runTest(plan);

  it('has the same bytes for the same seed, and others for another', async () => {
    const again = await runTest(plan);
    const other = await runTest({ ...plan, seed: 8 });
    expect(bytesOf(again)).toEqual(bytesOf(first));
    expect(bytesOf(other)[0]).not.toBe(bytesOf(first)[0]);
    expect([first.results.valid, first.results.reasons]).toEqual([true, []]);
  });

  it('replays to the same bytes, also when it was convicted', async () => {
    const convicted = await runTest({ ...plan, system: { name: 'raftkv', options: { bug: 'follower-read' } } });
    expect(convicted.results.valid).toBe(false);
    const replayed = await replayRun(convicted.folder.path);
    expect(replayed.differences).toEqual([]);
  });

  it('says where a replay differs', async () => {
    const changed = join(out, 'changed');
    cpSync(first.folder.path, changed, { recursive: true });
    const path = join(changed, basename(first.folder.journal));
    const journal = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [...journal.slice(0, 3), '{}', ...journal.slice(4)].join('\n'));
    const { differences } = await replayRun(changed);
    expect(differences.map(({ file, line }) => [file, line])).toEqual([['faults.jsonl', 4]]);
  });
});

describe('the demo', () => {
  it('convicts the bug and acquits its repair under the same faults', async () => {
    const demo = { ...plan, name: 'demo', faults: { ...plan.faults, families: ['partition', 'kill'] }, timeLimitMs: 40_000 };
    const { expectations } = await runDemo(demo, () => ({}));
    expect(expectations.filter((expectation) => !expectation.met)).toEqual([]);
  });
});
