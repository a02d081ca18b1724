import { describe, expect, it } from 'vitest';
import type { Event, Ns } from '../../harness/contracts/index.ts';
import { clients, type SystemModel, simulate } from '../../harness/generator/index.ts';
import { LockGenerator, type LockMix } from './lock-generator.ts';

const MIX: LockMix = { locks: 2, write: 'fenced', leaseMs: 1_000, holdMs: 100, stallShare: 0.2 };
const MS = 1_000_000;

/** What five clients do. `simulate` answers with what was asked. */
const run = (model: SystemModel, mix: Partial<LockMix> = {}): readonly Event[] =>
  simulate(clients(new LockGenerator({ ...MIX, ...mix })), model, { concurrency: 5, seed: 3, maxEvents: 4_000 });

const fine: SystemModel = () => ({ latency: MS as Ns, type: 'ok' });
const ofProcess = (events: readonly Event[], process: number): readonly Event[] => events.filter((event) => event.process === process);

describe('holders of locks', () => {
  it('take, read, update and give back, one lock at a time', () => {
    const mine = ofProcess(run(fine), 2).filter(({ type }) => type === 'invoke');
    const order = ['acquire', 'read', 'update', 'release'];
    expect(mine.length).toBeGreaterThan(20);
    for (const [n, { f, key }] of mine.entries()) {
      expect(f).toBe(order[n % 4]);
      if (n % 4 > 0) expect(key).toBe(mine[n - 1]!.key);
    }
  });

  it('write values that are unique, as they were told to', () => {
    const values = run(fine).flatMap(({ f, type, value }) => (f === 'update' && type === 'invoke' ? [value as { to: number; write: string }] : []));
    expect(new Set(values.map(({ to }) => to)).size).toBe(values.length);
    expect(new Set(values.map(({ write }) => write))).toEqual(new Set(['fenced']));
  });

  it('hold for as long as they had said, and some for longer than their lease', () => {
    const events = run(fine);
    const holds: number[] = [];
    for (const process of [0, 1, 2, 3, 4]) {
      const mine = ofProcess(events, process);
      for (const [n, { f, type, value }] of mine.entries()) {
        const [read, update] = [mine[n + 3], mine[n + 4]];
        if (f !== 'acquire' || type !== 'invoke' || update === undefined) continue;
        const { hold } = value as { hold: number };
        holds.push(hold);
        expect(update.time - read!.time).toBeGreaterThanOrEqual(hold * MS);
        expect(update.time - read!.time).toBeLessThan((hold + 20) * MS);
      }
    }
    const stalls = holds.filter((hold) => hold >= 1_000);
    expect(stalls.length / holds.length).toBeGreaterThan(0.1);
    expect(stalls.length / holds.length).toBeLessThan(0.35);
    expect(holds.every((hold) => hold <= 100 || (hold >= 1_000 && hold <= 3_000))).toBe(true);
  });

  it('ask again a while after they were refused, give back what they could not read, and forget what they know not', () => {
    const failing = run((op) => ({ latency: MS as Ns, type: op.f === 'acquire' ? 'fail' : 'ok' }));
    expect(new Set(failing.map(({ f }) => f))).toEqual(new Set(['acquire']));
    const [first, second] = ofProcess(failing, 1).filter(({ type }) => type === 'invoke');
    expect(second!.time - first!.time).toBeGreaterThanOrEqual(51 * MS);
    const blind = ofProcess(
      run((op) => ({ latency: MS as Ns, type: op.f === 'read' ? 'fail' : 'ok' })),
      1,
    ).filter(({ type }) => type === 'invoke');
    expect(blind.slice(0, 4).map(({ f }) => f)).toEqual(['acquire', 'read', 'release', 'acquire']);
    const lost = run((op) => ({ latency: MS as Ns, type: op.f === 'read' ? 'info' : 'ok' })).filter(({ type }) => type === 'invoke');
    expect(new Set(lost.map(({ f }) => f))).toEqual(new Set(['acquire', 'read']));
  });
});
