import { describe, expect, it } from 'vitest';
import type { Clock, Ns } from '../contracts/index.ts';
import { createRealClock } from './real-clock.ts';
import { ms } from './units.ts';
import { createVirtualClock } from './virtual-clock.ts';

interface Case {
  readonly name: string;
  readonly make: () => { readonly clock: Clock; readonly run: <T>(work: Promise<T>) => Promise<T> };
}

const cases: readonly Case[] = [
  { name: 'the real clock', make: () => ({ clock: createRealClock(), run: (work) => work }) },
  {
    name: 'the virtual clock',
    make: () => {
      const clock = createVirtualClock();
      return { clock, run: (work) => clock.run(work) };
    },
  },
];

const soon = (clock: Clock, duration: Ns): Ns => (clock.now() + duration) as Ns;

describe.each(cases)('$name keeps the contract', ({ make }) => {
  it('counts whole nanoseconds, never backwards', async () => {
    const { clock, run } = make();
    let last = clock.now();
    for (let i = 0; i < 200; i++) {
      const now = clock.now();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    await run(clock.sleep(ms(2)));
    expect(clock.now()).toBeGreaterThanOrEqual(last + ms(2));
  });

  it('calls at the time, not before, and never synchronously', async () => {
    const { clock, run } = make();
    const fired: Ns[] = [];
    const due = soon(clock, ms(3));
    clock.at(due, () => fired.push(clock.now()));
    clock.at(0 as Ns, () => fired.push(clock.now()));
    expect(fired).toEqual([]);
    await run(clock.sleep(ms(10)));
    expect(fired).toHaveLength(2);
    expect(fired[1]).toBeGreaterThanOrEqual(due);
  });

  it('does not call what was cancelled, and takes a late cancel', async () => {
    const { clock, run } = make();
    let fired = 0;
    const cancelled = clock.at(soon(clock, ms(1)), () => fired++);
    const kept = clock.at(soon(clock, ms(1)), () => fired++);
    cancelled.cancel();
    cancelled.cancel();
    await run(clock.sleep(ms(6)));
    kept.cancel();
    expect(fired).toBe(1);
  });

  it("ends a sleep with its signal's reason", async () => {
    const { clock, run } = make();
    const controller = new AbortController();
    clock.at(soon(clock, ms(1)), () => controller.abort(new Error('enough')));
    await expect(run(clock.sleep(ms(60_000), controller.signal))).rejects.toThrow('enough');
    await expect(run(clock.sleep(ms(60_000), controller.signal))).rejects.toThrow('enough');
  });
});
