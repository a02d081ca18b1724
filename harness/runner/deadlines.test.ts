import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ns } from '../contracts/index.ts';
import { ms, ns } from '../time/units.ts';
import { createVirtualClock } from '../time/virtual-clock.ts';
import { Deadlines, Expiring } from './deadlines.ts';

class Probe extends Expiring {
  readonly #onExpire: () => void;

  constructor(deadline: Ns, onExpire: () => void) {
    super(deadline);
    this.#onExpire = onExpire;
  }

  expire(): void {
    this.#onExpire();
  }
}

describe('Deadlines', () => {
  it('expires exactly what was not removed, each at its time, with one timer at a time', async () => {
    const steps = fc.array(fc.record({ pause: fc.nat(30), allowed: fc.constantFrom(10, 25, 100), removedAfter: fc.option(fc.nat(120)) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (operations) => {
        const clock = createVirtualClock();
        let armed = 0;
        let most = 0;
        const counting = {
          ...clock,
          at: (time: Ns, run: () => void) => {
            most = Math.max(most, ++armed);
            let live = true;
            const end = (): void => {
              if (live) armed--;
              live = false;
            };
            const timer = clock.at(time, () => {
              end();
              run();
            });
            return {
              cancel: () => {
                end();
                timer.cancel();
              },
            };
          },
        };
        const deadlines = new Deadlines(counting);
        const expired = new Map<number, Ns>();
        const expected = new Map<number, Ns>();
        let now = 0;
        operations.forEach(({ pause, allowed, removedAfter }, i) => {
          now += pause;
          const deadline = ns(now + allowed);
          const probe = new Probe(deadline, () => expired.set(i, clock.now()));
          clock.at(ns(now), () => deadlines.add(probe, ns(allowed)));
          if (removedAfter !== null) clock.at(ns(now + removedAfter + 0.5), () => deadlines.remove(probe));
          if (removedAfter === null || removedAfter >= allowed) expected.set(i, deadline);
        });
        await clock.run(clock.sleep(ms(1)));
        expect(new Map([...expired].sort())).toEqual(new Map([...expected].sort()));
        expect(most).toBeLessThanOrEqual(1);
        deadlines.close();
      }),
      { numRuns: 40 },
    );
  });
});
