import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ns, Timer } from '../contracts/index.ts';
import { TimerHeap } from './timer-heap.ts';
import { createVirtualClock } from './virtual-clock.ts';

const ns = (value: number): Ns => value as Ns;

describe('TimerHeap', () => {
  it('gives timers by time, then by registration, without the cancelled ones', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 60 }), (entries) => {
        const heap = new TimerHeap();
        const timers = entries.map(([time]) => heap.add(ns(time), () => undefined));
        entries.forEach(([, cancelled], i) => {
          if (cancelled) timers[i]?.cancel();
        });
        const expected = entries
          .map(([time, cancelled], i) => ({ time, i, cancelled }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.time - b.time || a.i - b.i)
          .map(({ i }) => timers[i]);
        const got: unknown[] = [];
        for (let timer = heap.next(); timer !== undefined; timer = heap.next()) got.push(timer);
        expect(got).toEqual(expected);
      }),
    );
  });

  it('keeps its order when timers come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50)), { maxLength: 100 }), (steps) => {
        const heap = new TimerHeap();
        const waiting: Timer[] = [];
        for (const step of steps) {
          if (step !== null) waiting.push(heap.add(ns(step), () => undefined));
          else {
            const earliest = [...waiting].sort((a, b) => (a as unknown as { time: number }).time - (b as unknown as { time: number }).time)[0];
            expect(heap.next()).toBe(earliest);
            if (earliest !== undefined) waiting.splice(waiting.indexOf(earliest), 1);
          }
        }
      }),
    );
  });
});

describe('createVirtualClock', () => {
  it('jumps from timer to timer, and lets what awaits them run in between', async () => {
    const clock = createVirtualClock();
    const log: string[] = [];
    const walk = async (name: string, pause: number): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(ns(pause));
        await Promise.resolve();
        log.push(`${name}${clock.now()}`);
      }
    };
    await clock.run(Promise.all([walk('a', 10), walk('b', 15)]));
    expect(log).toEqual(['a10', 'b15', 'a20', 'b30', 'a30', 'b45']);
  });

  it('fires a timer of the past now, and never synchronously', async () => {
    const clock = createVirtualClock();
    await clock.run(clock.sleep(ns(100)));
    let fired = -1;
    clock.at(ns(3), () => {
      fired = clock.now();
    });
    expect(fired).toBe(-1);
    await clock.run(clock.sleep(ns(1)));
    expect(fired).toBe(100);
  });

  it('says so when nothing is left to happen', async () => {
    const clock = createVirtualClock();
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow(/nothing is left to happen after 0 ns/);
  });

  it('ends a sleep with its signal', async () => {
    const clock = createVirtualClock();
    const controller = new AbortController();
    clock.at(ns(5), () => controller.abort(new Error('enough')));
    await expect(clock.run(clock.sleep(ns(100), controller.signal))).rejects.toThrow('enough');
    expect(clock.now()).toBe(5);
  });
});
