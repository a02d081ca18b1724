import { describe, expect, it } from 'vitest';
import type { RunnerStats } from '../../harness/runner/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import { paceNotices, paceOf } from './pace.ts';

const plan = (host: string): RunPlan => ({ host: { name: host, options: {} }, ratePerSecond: 1_000, concurrency: 10 }) as unknown as RunPlan;
const stats = (invoked: number, latenessMs: number): RunnerStats =>
  ({
    invoked,
    startedAt: 5e9,
    endedAt: 15e9,
    dispatchLatenessP50Ns: 1e5,
    dispatchLatenessP99Ns: latenessMs * 1e6,
    dispatchLatenessMaxNs: 9e6,
  }) as unknown as RunnerStats;
const notices = (invoked: number, latenessMs: number): string[] => paceNotices(paceOf(plan('process'), stats(invoked, latenessMs)), plan('process'));

describe('the pace of a run', () => {
  it('is what was made of what was offered, with the lag of the harness', () => {
    expect(paceOf(plan('process'), stats(9_800, 1))).toEqual({
      offeredPerSecond: 1_000,
      invokedPerSecond: 980,
      latenessP50Ns: 1e5,
      latenessP99Ns: 1e6,
      latenessMaxNs: 9e6,
    });
  });

  it('is nothing to tell of on the simulator, or where nothing ran', () => {
    expect(paceOf(plan('sim'), stats(9_800, 1))).toBeUndefined();
    expect(paceOf(plan('netns'), undefined)).toBeUndefined();
    expect(paceNotices(undefined, plan('sim'))).toEqual([]);
  });

  it('is told where clients could not keep up, and where the harness was late', () => {
    expect(notices(9_100, 5)).toEqual([]);
    expect(notices(8_900, 5)).toEqual([
      'the clients made 890 of the 1000 operations a second that were offered: all 10 were busy; a larger --concurrency may get more',
    ]);
    expect(notices(9_100, 6)).toEqual(['the harness itself was late: one operation in a hundred started 0.006 s or more after it could have']);
  });
});
