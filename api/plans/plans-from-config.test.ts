import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kill, partition, type Scenario, scenario } from '../../nemesis/index.ts';
import { type RunReport, runTest } from '../run/run-test.ts';
import type { RunPlan } from './plan.ts';
import { plansFromConfig } from './plans-from-config.ts';

const out = mkdtempSync(join(tmpdir(), 'ordeal-scenario-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

function planOf(faults: Scenario, flags: { readonly faults?: string } = {}): RunPlan {
  const config = { system: 'raftkv', host: 'sim', tests: { t: { workload: 'register', faults, timeLimit: '8s', seeds: [3] } } };
  return plansFromConfig({ url: 'file:///ordeal.config.ts', config }, { out, ...flags })[0]!;
}

/** Nothing in these is the user's own, so that no file needs to be loaded. */
function run({ config: _none, ...plan }: RunPlan): Promise<RunReport> {
  return runTest(plan, { reports: 'none' });
}

/** When the nemesis was asked what, in ms from the start of the workload. */
function actsIn({ history }: RunReport): (readonly [number, string])[] {
  const events = Array.from({ length: history.length }, (_, index) => history.event(index));
  const start = events.find(({ f, value }) => f === 'phase' && value === 'workload')!.time;
  return events.filter(({ process, type }) => process === 'nemesis' && type === 'invoke').map(({ time, f }) => [(time - start) / 1e6, f]);
}

describe('a scenario in a configuration', () => {
  const written = scenario(
    ['2s', 'inject', partition('isolate-one'), 'cut'],
    ['3s', 'inject', 'kill', 'death'],
    ['4500ms', 'heal', 'cut'],
    ['5s', 'heal', 'death'],
  );

  it('becomes what the nemesis does, at those times, proven and healed', async () => {
    const plan = planOf(written);
    expect(plan.faults.scenario).toEqual([
      ['2s', 'inject', 'partition', { topology: 'isolate-one' }, 'cut'],
      ['3s', 'inject', 'kill', {}, 'death'],
      ['4500ms', 'heal', 'cut'],
      ['5s', 'heal', 'death'],
    ]);
    const report = await run(plan);
    expect([report.results.valid, report.results.faults.map(({ family, proven, healed }) => [family, proven, healed])]).toEqual([
      true,
      [
        ['partition', true, true],
        ['kill', true, true],
      ],
    ]);
    expect(actsIn(report)).toEqual([
      [2_000, 'inject'],
      [3_000, 'inject'],
      [4_500, 'heal'],
      [5_000, 'heal'],
    ]);
  });

  it('is healed of what it leaves, which is no proof that it bit to its end', async () => {
    const { results } = await run(planOf(scenario(['2s', 'inject', partition('isolate-one'), 'cut'])));
    expect([results.valid, results.faults.map(({ healed }) => healed)]).toEqual(['unknown', [true]]);
    expect(results.sentence).toContain('cut: the run ended before it was healed');
  });

  it('gives way to --faults', () => {
    expect(planOf(written, { faults: 'kill' }).faults).toMatchObject({ families: ['kill'], scenario: [] });
  });

  it.each([
    ['a heal of nothing', scenario(['1s', 'heal', 'cut']), 'ORDEAL_BAD_CONFIG', '"cut" is healed, but not injected before'],
    ['an unknown fault', scenario(['1s', 'inject', 'earthquake', 'a']), 'ORDEAL_UNKNOWN_FAULT', 'earthquake'],
    ['no time', scenario(['soon', 'inject', kill('one'), 'a']), 'ORDEAL_BAD_DURATION', 'soon'],
    ['a bad option', scenario(['1s', 'inject', partition({ topology: 'pentagram' as never }), 'a']), 'ORDEAL_BAD_OPTION', 'topology'],
  ])('is refused before the run where it cannot be: %s', async (_, faults, code, what) => {
    const refusal = await run(planOf(faults)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    expect(String(refusal)).toContain(what);
  });
});
