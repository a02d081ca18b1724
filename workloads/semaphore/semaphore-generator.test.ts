import { describe, expect, it } from 'vitest';
import type { Event, Ns } from '../../harness/contracts/index.ts';
import { clients, invocations, type SystemModel, simulate } from '../../harness/generator/index.ts';
import { SemaphoreGenerator } from './semaphore-generator.ts';

const LATENCY = 1_000_000 as Ns;

const run = (model: SystemModel, maxEvents = 2_000): readonly Event[] =>
  simulate(clients(new SemaphoreGenerator({ semaphores: 2, opsPerKey: 50 })), model, { concurrency: 5, seed: 3, maxEvents });
const of = (events: readonly Event[], process: number): readonly Event[] => invocations(events).filter((event) => event.process === process);

describe('users of semaphores', () => {
  it('give back what they have acquired, and leave semaphores for fresh ones', () => {
    const events = run(() => ({ latency: LATENCY, type: 'ok' }));
    for (const process of [0, 1, 2, 3, 4]) {
      const mine = of(events, process);
      expect(mine.length).toBeGreaterThan(50);
      for (const [n, { f, key, value }] of mine.entries()) {
        expect(f).toBe(n % 2 === 0 ? 'acquire' : 'release');
        if (n % 2 === 1) expect([key, value]).toEqual([mine[n - 1]!.key, mine[n - 1]!.value]);
      }
    }
    expect(new Set(invocations(events).map(({ value }) => value))).toEqual(new Set([1, 2]));
    expect(new Set(invocations(events).map(({ key }) => key)).size).toBeGreaterThan(15);
  });

  it('ask again where they got none, try again what failed for certain, and forget what they know not', () => {
    expect(new Set(run(() => ({ latency: LATENCY, type: 'fail' })).map(({ f }) => f))).toEqual(new Set(['acquire']));
    const stuck = of(
      run((op) => ({ latency: LATENCY, type: op.f === 'release' ? 'fail' : 'ok' })),
      1,
    );
    expect(stuck.map(({ f }) => f)).toEqual(['acquire', ...Array(stuck.length - 1).fill('release')]);
    const lost = invocations(run((op) => ({ latency: LATENCY, type: op.f === 'release' ? 'info' : 'ok' })));
    for (const { process } of lost)
      expect(of(lost, process as number).map(({ f }) => f)).toEqual(['acquire', 'release'].slice(0, of(lost, process as number).length));
  });
});
