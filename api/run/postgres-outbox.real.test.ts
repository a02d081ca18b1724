/**
 * A service on PostgreSQL and what the outside world sees of its orders, as pairs, under kills: published after the commit they
 * are lost, published before it they happen though they were refused (which takes no kill); by an outbox each happens at least
 * once, and exactly once where the outside world knows repeats by their key.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('postgres-outbox');
afterAll(() => runs[Symbol.dispose]());

const able = await missing(processHost);

/** A fresh seed each time. */
const run = (guarantee: string, ...options: string[]): Promise<Ran> =>
  runs.runBeside('process', '--guarantee', guarantee, ...options, '--malformed-every', '20');

/** Whoever was killed, something was ordered before that, and somebody asked for it afterwards. */
const KILLS = ['--faults', 'kill', '--time-limit', '10'];
/** More orders than are published at once, so that a kill finds the relay between an event and its mark. */
const BUSY = ['--rate', '400', '--concurrency', '20'];

/** What the checker found, in a run in which something was ordered. */
function typesIn({ results }: Ran): readonly string[] {
  expect(results.counts.ok, `seed ${results.seed}`).toBeGreaterThanOrEqual(10);
  expect(results.faults.map(({ proven, healed }) => proven && healed)).not.toContain(false);
  return [...new Set(results.checks.find(({ checker }) => checker === 'side-effects')?.anomalies?.map(({ type }) => type))];
}

describe.skipIf(able !== '')(`outbox on PostgreSQL on process${able && ` (not run: ${able})`}`, () => {
  it('loses effects of orders that are published after the commit; has those of refused orders where they are published before it', async () => {
    const [after, before] = await Promise.all([
      run('at-least-once', '--delivery', 'after-commit', ...KILLS),
      run('at-least-once', '--delivery', 'before-commit', '--time-limit', '4'),
    ]);
    expect([after.status, ...typesIn(after)], `seed ${after.results.seed}`).toEqual([1, 'lost-effect']);
    expect([before.status, ...typesIn(before)], `seed ${before.results.seed}`).toEqual([1, 'failed-but-visible']);
  });

  it('has each effect exactly once by an outbox and a key that repeats are known by; some twice, and none lost, where nobody knows repeats', async () => {
    const [keyed, plain] = await Promise.all([run('exactly-once', ...KILLS), run('exactly-once', '--inbox', 'none', ...BUSY, ...KILLS)]);
    const { status, results } = keyed;
    expect([status, results.valid, results.reasons, ...typesIn(keyed)], `seed ${results.seed}`).toEqual([0, true, []]);
    expect(results.faults.length).toBeGreaterThanOrEqual(1);
    expect([plain.status, ...typesIn(plain)], `seed ${plain.results.seed}`).toEqual([1, 'duplicate-effect']);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
