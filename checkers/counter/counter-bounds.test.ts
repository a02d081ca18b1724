import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { counterBounds } from './counter-bounds.ts';

const check = (history: History) => counterBounds.check(history, counterBounds.options.parse({}), UNLIMITED);
const add = (process: number, by: number | null, type: 'ok' | 'fail' | 'info' = 'ok'): WrittenEvent[] => [
  [process, 'invoke', 'increment', by],
  [process, type, 'increment', by],
];
const read = (process: number, value: number): WrittenEvent[] => [
  [process, 'invoke', 'read', null],
  [process, 'ok', 'read', value],
];
const acked = (count: number): WrittenEvent[] => Array.from({ length: count }, () => add(0, 1)).flat();

/** Interleaved increments and reads by three processes; reads return small numbers. */
const interleaved = fc.array(fc.tuple(fc.nat(2), fc.nat(9), fc.integer({ min: -3, max: 5 })), { maxLength: 40 }).map((choices) => {
  const events: WrittenEvent[] = [];
  const open = new Map<number, readonly [string, number]>();
  const processes = [0, 1, 2];
  for (const [thread, choice, by] of choices) {
    const operation = open.get(thread);
    if (operation === undefined) {
      open.set(thread, [choice < 5 ? 'read' : 'increment', by]);
      events.push([processes[thread]!, 'invoke', choice < 5 ? 'read' : 'increment', choice < 5 ? null : by]);
    } else {
      open.delete(thread);
      const type = choice < 7 ? 'ok' : choice === 7 ? 'fail' : 'info';
      events.push([
        processes[thread]!,
        type,
        operation[0],
        operation[0] === 'read' ? by : operation[1],
        choice === 6 && operation[0] === 'increment' ? { applied: false } : {},
      ]);
      if (type === 'info') processes[thread]! += 3;
    }
  }
  return writtenHistory(events);
});

/** Whether some choice of the increments that may have counted gives what the read returned. */
function explicable(history: History, at: number): boolean {
  const begun = history.columns.pair[at]!;
  const value = history.event(at).value as number;
  let sums = new Set([0]);
  for (let i = 0; i < at; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || event.f !== 'increment') continue;
    const pair = history.columns.pair[i]!;
    const end = pair < 0 ? undefined : history.event(pair);
    if (end?.type === 'fail' || end?.applied === false) continue;
    const with_ = [...sums].map((sum) => sum + (event.value as number));
    sums = end?.type === 'ok' && pair < begun ? new Set(with_) : new Set([...sums, ...with_]);
  }
  return value >= Math.min(...sums) && value <= Math.max(...sums);
}

describe('the checker counter-bounds', () => {
  it('convicts exactly the reads that no choice of increments reaches', () => {
    fc.assert(
      fc.property(interleaved, (history) => {
        const result = check(history);
        const wrong: number[] = [];
        for (let i = 0; i < history.length; i++) if (history.event(i).type === 'ok' && history.event(i).f === 'read' && !explicable(history, i)) wrong.push(i);
        expect(result.valid === false).toBe(wrong.length > 0);
        expect(result.stats).toMatchObject({ outside: wrong.length });
        if (result.valid === false) for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly).ok).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('says how many duplicates it is blind to, and does not know of them above one in a hundred', () => {
    expect(check(writtenHistory([...acked(300), ...read(1, 300)])).valid).toBe(true);
    const little = check(writtenHistory([...acked(300), ...add(2, 1, 'info'), ...add(3, 1, 'info'), ...read(1, 301)]));
    expect(little).toMatchObject({ valid: true, undecided: [{ code: 'slack' }], stats: { blindTo: 2 } });
    const much = check(writtenHistory([...acked(150), ...add(2, 1, 'info'), ...add(3, 1, 'info'), ...read(1, 151)]));
    expect(much).toMatchObject({ valid: 'unknown', reasons: [{ code: 'slack', message: expect.stringContaining('blind to up to 2 duplicates') }] });
  });

  it('does not know without a read after the last increment', () => {
    expect(check(writtenHistory([...acked(5), ...read(1, 5), ...acked(1)]))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'no-final-read' }] });
    expect(check(writtenHistory(read(1, 0)))).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-acknowledged' }] });
  });

  it('takes an increment without a number for one', () => {
    expect(check(writtenHistory([...add(0, null), ...read(1, 1)])).valid).toBe(true);
    expect(check(writtenHistory([...add(0, null), ...read(1, 2)])).valid).toBe(false);
  });
});
