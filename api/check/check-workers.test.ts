import { describe, expect, it } from 'vitest';
import { type WrittenEvent, writtenHistory } from '../../checkers/testing/written-history.ts';
import type { ModuleRef, Ns, Result } from '../../harness/contracts/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { CheckWorkers } from './check-workers.ts';
import { runChecks } from './run-checks.ts';

const EVENTS: WrittenEvent[] = [
  [0, 'invoke', 'read', null],
  [0, 'ok', 'read', 1],
];
const history = writtenHistory(EVENTS);
const odd = (name: string): ModuleRef => ({ url: new URL('./fixtures/odd-checkers.ts', import.meta.url).href, name, options: {} });

async function run(workers: CheckWorkers, ...names: string[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const name of names) results.push(...(await runChecks({ history, checks: [odd(name)], workers, budget: { timeMs: 60_000, memoryBytes: 1e9 } })));
  return results;
}
const threadOf = (result: Result | undefined): unknown => (result?.stats as { readonly threadId: number } | null)?.threadId;
const reasonsOf = (result: Result | undefined): string[] =>
  result?.valid === 'unknown' ? result.reasons.map(({ code, message }) => `${code}: ${message}`) : [];

describe('the threads of checks', () => {
  it('run one check after the other in the same thread, and several at a time in several', async () => {
    using workers = new CheckWorkers(createRealClock());
    const [first, second] = await run(workers, 'whereabouts', 'whereabouts');
    expect(threadOf(first)).toBeGreaterThan(0);
    expect(threadOf(second)).toBe(threadOf(first));
    const together = await runChecks({ history, checks: [odd('whereabouts'), odd('whereabouts')], workers });
    expect(new Set(together.map(threadOf)).size).toBe(2);
  });

  it('are ended and not used again when a check does not come back, or ends its thread', async () => {
    const real = createRealClock();
    // the patience of five seconds is over at once, with the first
    let patience = 100e6;
    using workers = new CheckWorkers({ ...real, at: (when, act) => real.at(Math.min(when, real.now() + patience) as Ns, act) });
    const [endless] = await run(workers, 'endless');
    patience = Number.POSITIVE_INFINITY;
    const results = [endless, ...(await run(workers, 'quitter', 'missing', 'whereabouts'))];
    expect(results.slice(0, 3).map(reasonsOf)).toEqual([
      ['budget-time: the check did not end within 60 s'],
      ["checker-threw: the check's worker ended without a result"],
      [expect.stringMatching(/^checker-threw: .* exports no checker named "missing"$/)],
    ]);
    expect(results[3]?.valid).toBe(true);
  });
});

describe('a check that is taken apart', () => {
  const apart = (parts: number, threads: number, lost?: string): Promise<Result[]> => {
    const check = { ...odd('inParts'), options: { parts, ...(lost && { lost }) } };
    return withWorkers((workers) => runChecks({ history, checks: [check], workers, threads, budget: { timeMs: 60_000, memoryBytes: 1_000 } }));
  };
  const withWorkers = async <T>(use: (workers: CheckWorkers) => Promise<T>): Promise<T> => {
    using workers = new CheckWorkers(createRealClock());
    return await use(workers);
  };

  it('runs in as many threads as pay and there are, each with its share of the memory', async () => {
    for (const [parts, threads, of] of [
      [3, 8, 3],
      [8, 2, 2],
    ] as const) {
      const [result] = await apart(parts, threads);
      const { found } = result!.stats as unknown as { found: { index: number; of: number; bytes: number; threadId: number }[] };
      expect(found.map(({ index }) => index)).toEqual(Array.from({ length: of }, (_, index) => index));
      expect(found.every((part) => part.of === of && part.bytes === Math.floor(1_000 / of))).toBe(true);
      expect(new Set(found.map(({ threadId }) => threadId)).size).toBe(of);
    }
  });

  it('runs as a whole where it does not pay, and where there is one thread', async () => {
    for (const [parts, threads] of [
      [1, 8],
      [8, 1],
    ] as const)
      expect(await apart(parts, threads)).toMatchObject([{ valid: true, stats: 'whole' }]);
  });

  it('is told of parts that throw or do not come back', async () => {
    expect((await apart(2, 2, 'throws')).map(reasonsOf)).toEqual([['checker-threw: part 1 broke']]);
    expect((await apart(2, 2, 'ends')).map(reasonsOf)).toEqual([["checker-threw: the check's worker ended without a result"]]);
  });
});
