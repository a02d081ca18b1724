import { expect, it } from 'vitest';
import type { Ns } from '../../harness/contracts/index.ts';
import { clients, simulate } from '../../harness/generator/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { WatchGenerator } from './watch-generator.ts';

it('the first clients watch, the others write unique values; a watcher begins anew only as another process', () => {
  const generator = clients(new WatchGenerator({ keys: 3, watchers: 2 }));
  const events = simulate(generator, (op, n) => ({ latency: 1_000_000 as Ns, type: op.f === 'watch' && n % 11 === 0 ? 'info' : 'ok' }), {
    concurrency: 5,
    seed: 3,
    maxEvents: 2_000,
  });
  const asked = events.filter(({ type }) => type === 'invoke');
  const puts = asked.filter(({ f }) => f === 'put');
  expect(new Set(puts.map(({ value }) => value)).size).toBe(puts.length);
  for (const { f, process } of asked) expect(f).toBe(Number(process) % 5 < 2 ? 'watch' : 'put');
  const begun = new Set<unknown>();
  for (const { f, process, value } of asked) {
    if (f !== 'watch') continue;
    expect('from' in (value as object), `process ${process}`).toBe(!begun.has(process));
    begun.add(process);
  }
  expect(begun.size).toBeGreaterThan(10);
});

it('another process begins behind what the one before it has seen', () => {
  const context = (process: number) => ({ now: 0 as Ns, threads: [0], isFree: () => true, processOf: () => process, rng: createRng(1) }) as never;
  const event = (type: 'invoke' | 'ok' | 'info', value: object) => ({ index: 0, type, process: 0, f: 'watch', value, time: 0 as Ns }) as never;
  const seen = new WatchGenerator({ keys: 1, watchers: 1 })
    .update(context(0), event('invoke', { from: 0 }))
    .update(
      context(0),
      event('ok', {
        events: [
          [4, 'a', 1],
          [7, 'b', 2],
        ],
      }),
    )
    .update(context(0), event('info', {}));
  expect(seen.op(context(0))).toMatchObject({ op: { value: {} } });
  expect(seen.op(context(1))).toMatchObject({ op: { value: { from: 7 } } });
});
