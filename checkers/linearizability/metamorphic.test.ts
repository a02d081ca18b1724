import { describe, expect, it } from 'vitest';
import type { Event, History } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { judge } from './judge.ts';
import { builtInModel } from './models/catalogue.ts';
import { clientRun } from './testing/client-run.ts';
import { randomHistory, registerOperations } from './testing/random-history.ts';
import { rewritten } from './testing/rewritten.ts';

const model = builtInModel('cas-register');
const verdict = (history: History): boolean | 'unknown' => judge('linearizable', history, model, undefined, UNLIMITED).valid;

/** A thousand operations on four keys, some crashed, linearizable by construction. */
const simulated = (seed: number, values: number, operations = 1_000): History =>
  randomHistory(createRng(`metamorphic ${seed}`), { model, ...registerOperations(values), operations, crashed: 0.02, corrupted: 0, overlap: 6, keys: 4 });

const SEEDS = [1, 2, 3, 4, 5, 6];

describe('a linearizable history', () => {
  it.each(SEEDS)('is valid (seed %i)', (seed) => {
    expect(verdict(simulated(seed, seed % 3))).toBe(true);
  });

  it.each(SEEDS)('stays valid when outcomes are forgotten (seed %i)', (seed) => {
    const rng = createRng(seed);
    const forgotten = rewritten(simulated(seed, seed % 3), (event) => (event.type === 'ok' && rng.fork(event.index).int(0, 19) === 0 ? undefined : event));
    expect(verdict(forgotten)).toBe(true);
  });

  it.each(SEEDS)('stays valid when reads and refused operations are dropped (seed %i)', (seed) => {
    const history = simulated(seed, seed % 3);
    const dropped = rewritten(history, (event) => {
      const end = history.columns.pair[event.index]!;
      const refused = event.applied === false || (event.type === 'invoke' && end >= 0 && history.event(end).applied === false);
      return (event.f === 'read' || refused) && (event.type === 'invoke' ? event.index : end) % 2 === 0 ? undefined : event;
    });
    expect(verdict(dropped)).toBe(true);
  });
});

describe('the names of things', () => {
  it.each(SEEDS)('make no difference (seed %i)', (seed) => {
    const renamed = (history: History): History =>
      rewritten(history, (event) => ({ ...event, process: (event.process as number) * 7 + 3, key: `k${9 - (event.key as number)}` }));
    const good = simulated(seed, seed % 3);
    expect(verdict(renamed(good))).toBe(true);
    const bad = randomHistory(createRng(seed), { model, ...registerOperations(2), operations: 200, crashed: 0, corrupted: 0.02, overlap: 3, keys: 2 });
    expect(verdict(renamed(bad))).toBe(verdict(bad));
  });
});

describe('a corrupted read', () => {
  it.each(SEEDS)('is found among a thousand operations, and the sub-history is small (seed %i)', (seed) => {
    const history = simulated(seed, 0);
    const reads: number[] = [];
    for (let i = 0; i < history.length; i++) {
      const event = history.event(i);
      if (event.type === 'ok' && event.f === 'read' && (event.value as number) > 0) reads.push(i);
    }
    const victim = reads[createRng(seed).int(reads.length >> 1, reads.length - 1)]!;
    // The initial value: certainly overwritten by then, since a read on this key has seen another one.
    const corrupted = rewritten(history, (event) => (event.index === victim ? { ...event, value: 0 } : event));
    const seen = reads.some((read) => history.event(read).key === history.event(victim).key && read < history.columns.pair[victim]!);
    const result = judge('linearizable', corrupted, model, undefined, UNLIMITED);
    expect(seen).toBe(true);
    expect(result.valid).toBe(false);
    if (result.valid !== false) return;
    expect(verifyCertificate(corrupted, result.anomalies[0])).toMatchObject({ ok: true });
    expect(result.anomalies[0].ops.length).toBeLessThanOrEqual(10);
    expect(result.anomalies[0].ops).toContain(history.columns.pair[victim]!);
  });
});

describe('a run of clients with faults', () => {
  const started = builtInModel('cas-register', null);
  const run = (seed: number): History => clientRun(createRng(`clients ${seed}`), { operations: 12_000, keys: 4, clients: 10, lost: 0.4 });

  it.each([1, 2])('is valid, with dozens of unknown outcomes on each key (seed %i)', (seed) => {
    const result = judge('linearizable', run(seed), started, undefined, UNLIMITED);
    expect(result).toMatchObject({ valid: true, stats: { keys: 4 } });
    expect((result.stats as { crashed: number }).crashed).toBeGreaterThan(100);
  });

  it.each([1, 2])('is convicted of one stale read, in a few operations (seed %i)', (seed) => {
    const history = run(seed);
    const { victim, value } = staleRead(history);
    const corrupted = rewritten(history, (event) => (event.index === victim ? { ...event, value } : event));
    const result = judge('linearizable', corrupted, started, undefined, UNLIMITED);
    if (result.valid !== false) throw new Error('not convicted');
    expect(verifyCertificate(corrupted, result.anomalies[0])).toMatchObject({ ok: true });
    expect(result.anomalies[0].ops.length).toBeLessThanOrEqual(8);
  });
});

/** A late read, and the value of a read that had ended before one with another value was called, which had ended before this read. */
function staleRead(history: History): { victim: number; value: Event['value'] } {
  const { pair } = history.columns;
  const readsOn = (key: Event['key']): Event[] => {
    const list: Event[] = [];
    for (let i = 0; i < history.length; i++) {
      const event = history.event(i);
      if (event.type === 'ok' && event.f === 'read' && event.key === key) list.push(event);
    }
    return list;
  };
  const reads = readsOn(0);
  for (let i = Math.floor(reads.length * 0.9); i < reads.length; i++) {
    const victim = reads[i]!;
    const newer = reads.filter((read) => read.index < pair[victim.index]!).at(-1);
    const older = newer && reads.filter((read) => read.index < pair[newer.index]! && read.value !== newer.value).at(-1);
    if (older && older.value !== victim.value) return { victim: victim.index, value: older.value };
  }
  throw new Error('no read to corrupt');
}
