import { describe, expect, it } from 'vitest';
import type { Ns } from '../../../harness/contracts/index.ts';
import { Scheduler } from './scheduler.ts';

const at = (value: number): Ns => value as Ns;

/** A scheduler for one test, closed at its end. */
async function scheduled<T>(work: (scheduler: Scheduler) => Promise<T>): Promise<T> {
  const scheduler = new Scheduler();
  try {
    return await work(scheduler);
  } finally {
    scheduler.dispose();
  }
}

describe('Scheduler', () => {
  it('fires by time, then by registration; never synchronously; the past is now', async () => {
    await scheduled(async (scheduler) => {
      const seen: string[] = [];
      const note = (what: string) => () => {
        seen.push(`${what}@${scheduler.now()}`);
      };
      scheduler.at(at(20), note('late'));
      scheduler.at(at(10), note('a'));
      scheduler.at(at(10), () => {
        note('b')();
        scheduler.at(at(5), note('past'));
      });
      scheduler.at(at(10), note('c'));
      scheduler.at(at(15), note('cancelled')).cancel();
      expect(seen).toEqual([]);
      await scheduler.run(scheduler.sleep(at(20)));
      expect(seen).toEqual(['a@10', 'b@10', 'c@10', 'past@10', 'late@20']);
    });
  });

  it('lets everything that awaits run before time moves, also on promises that it did not make', async () => {
    await scheduled(async (scheduler) => {
      const seen: string[] = [];
      const deferred = Promise.withResolvers<void>();
      const waiter = (async () => {
        await deferred.promise;
        for (let i = 0; i < 20; i++) await null;
        seen.push(`waiter@${scheduler.now()}`);
        await scheduler.sleep(at(1));
        seen.push(`slept@${scheduler.now()}`);
      })();
      scheduler.at(at(10), () => deferred.resolve());
      for (let time = 11; time < 20; time++) scheduler.at(at(time), () => seen.push(`event@${time}`));
      await scheduler.run(waiter);
      expect(seen).toEqual(['waiter@10', 'event@11', 'slept@11']);
    });
  });

  it('counts a promise that an event only begins to await', async () => {
    await scheduled(async (scheduler) => {
      const seen: string[] = [];
      const settled = Promise.resolve();
      scheduler.at(at(10), () => void settled.then(() => seen.push(`then@${scheduler.now()}`)));
      scheduler.at(at(11), () => seen.push('event@11'));
      await scheduler.run(scheduler.sleep(at(12)));
      expect(seen).toEqual(['then@10', 'event@11']);
    });
  });

  it('rejects a sleep that is aborted, and forgets its event', async () => {
    await scheduled(async (scheduler) => {
      const abort = new AbortController();
      const sleeper = scheduler.sleep(at(1_000), abort.signal);
      scheduler.at(at(10), () => abort.abort(new Error('enough')));
      await expect(scheduler.run(sleeper)).rejects.toThrow('enough');
      expect(scheduler.now()).toBe(10);
    });
  });

  it('says so when somebody waits for what never comes', async () => {
    await scheduled(async (scheduler) => {
      const vain = (async () => {
        await scheduler.sleep(at(5));
        await new Promise(() => undefined);
      })();
      await expect(scheduler.run(vain)).rejects.toMatchObject({ code: 'ORDEAL_SIM_DEADLOCK', what: expect.stringContaining('5 ns') });
    });
  });

  it('goes idle and starts again when something is scheduled', async () => {
    await scheduled(async (scheduler) => {
      await scheduler.run(scheduler.sleep(at(5)));
      await new Promise((resolve) => setTimeout(resolve, 5));
      await scheduler.run(scheduler.sleep(at(5)));
      expect(scheduler.now()).toBe(10);
    });
  });

  it('stands still while the real world is waited for', async () => {
    await scheduled(async (scheduler) => {
      let ticks = 0;
      const tick = (): void => {
        ticks++;
        scheduler.at(at(scheduler.now() + 1), tick);
      };
      scheduler.at(at(1), tick);
      const real = (async () => {
        await scheduler.sleep(at(10));
        const before = ticks;
        await scheduler.hold(() => new Promise((resolve) => setTimeout(resolve, 20)));
        return ticks - before;
      })();
      expect(await scheduler.run(real)).toBe(0);
    });
  });

  it('gives what a callback threw to whoever runs it, and stops', async () => {
    await scheduled(async (scheduler) => {
      let later = 0;
      scheduler.at(at(1), () => {
        throw new Error('a mistake of the conductor');
      });
      scheduler.at(at(2), () => later++);
      await expect(scheduler.run(scheduler.sleep(at(10)))).rejects.toThrow('a mistake of the conductor');
      await expect(scheduler.run(scheduler.sleep(at(10)))).rejects.toThrow('a mistake of the conductor');
      expect(later).toBe(0);
    });
  });

  it('ends what waits when it is disposed', async () => {
    const scheduler = new Scheduler();
    const waiting = scheduler.run(scheduler.sleep(at(10)));
    scheduler.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'ORDEAL_SIM_DEADLOCK' });
  });
});
