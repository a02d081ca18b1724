/**
 * A service on PostgreSQL and what the outside world sees of its orders, as pairs, under kills: published after the commit they
 * are lost, published before it they happen though they were refused; by an outbox each happens at least once, and exactly once
 * where the outside world knows repeats by their key.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('postgres-outbox');
afterAll(() => runs[Symbol.dispose]());

const able = await missing(processHost);

/** All under the same faults, with the same requests; a fresh seed each time. */
const run = (guarantee: string, ...options: string[]): Ran =>
  runs.run('process', '--guarantee', guarantee, ...options, '--faults', 'kill', '--malformed-every', '20', '--time-limit', '12');

/** What the checker found, in a run in which something was ordered and somebody was killed. */
function typesIn({ results }: Ran): readonly string[] {
  expect(results.counts.ok).toBeGreaterThanOrEqual(10);
  expect(results.faults.filter(({ proven, healed }) => proven && healed).length).toBeGreaterThanOrEqual(1);
  return [...new Set(results.checks.find(({ checker }) => checker === 'side-effects')?.anomalies?.map(({ type }) => type))];
}

describe.skipIf(able !== '')(`outbox on PostgreSQL on process${able && ` (not run: ${able})`}`, () => {
  it('loses effects of orders that are published after the commit', () => {
    const ran = run('at-least-once', '--delivery', 'after-commit');
    expect([ran.status, ...typesIn(ran)], `seed ${ran.results.seed}`).toEqual([1, 'lost-effect']);
  });

  it('has effects of orders that were refused where they are published before the commit', () => {
    const ran = run('at-least-once', '--delivery', 'before-commit');
    expect(ran.status, `seed ${ran.results.seed}`).toBe(1);
    expect(typesIn(ran)).toContain('failed-but-visible');
  });

  it('has each effect at least once by an outbox', () => {
    const ran = run('at-least-once', '--inbox', 'none');
    expect([ran.status, ran.results.valid, ran.results.reasons, ...typesIn(ran)], `seed ${ran.results.seed}`).toEqual([0, true, []]);
  });

  it('has some twice by an outbox where nobody knows repeats', () => {
    const ran = run('exactly-once', '--inbox', 'none');
    expect([ran.status, ...typesIn(ran)], `seed ${ran.results.seed}`).toEqual([1, 'duplicate-effect']);
  });

  it('has each effect exactly once by an outbox and a key that repeats are known by', () => {
    const ran = run('exactly-once');
    expect([ran.status, ran.results.valid, ran.results.reasons, ...typesIn(ran)], `seed ${ran.results.seed}`).toEqual([0, true, []]);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
