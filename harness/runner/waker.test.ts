import { describe, expect, it } from 'vitest';
import type { Ns } from '../contracts/index.ts';
import { ms, ns } from '../time/units.ts';
import { createVirtualClock } from '../time/virtual-clock.ts';
import { Waker } from './waker.ts';

describe('Waker', () => {
  it('wakes once, for the time that was asked for last', async () => {
    const clock = createVirtualClock();
    const woken: (Ns | undefined)[] = [];
    const waker = new Waker({ clock, wake: () => woken.push(clock.now()) });
    waker.at(ns(100), clock.now());
    waker.at(ns(100), clock.now());
    waker.at(ns(50), clock.now());
    await clock.run(clock.sleep(ms(1)));
    expect(woken).toEqual([50]);
    waker.at(ms(2), clock.now());
    waker.cancel();
    await clock.run(clock.sleep(ms(5)));
    expect(woken).toEqual([50]);
    expect(waker.yield(undefined)).toBe(false);
  });

  it('spends a short wait letting I/O run, where there is I/O', async () => {
    const clock = createVirtualClock();
    const woken: (Ns | undefined)[] = [];
    const waker = new Waker({ clock, wake: (due) => woken.push(due), yieldToIo: () => clock.sleep(ns(1_000)) });
    waker.at(ns(500), clock.now());
    expect(waker.yielding).toBe(true);
    await clock.run(clock.sleep(ns(1_500)));
    expect(woken).toEqual([500]);
    // Not due yet after one turn: woken all the same, to ask again.
    waker.at((clock.now() + 5_000) as Ns, clock.now());
    await clock.run(clock.sleep(ns(1_500)));
    expect(woken).toEqual([500, undefined]);
    waker.yield(undefined);
    waker.close();
    await clock.run(clock.sleep(ns(5_000)));
    expect(woken).toHaveLength(2);
  });
});
