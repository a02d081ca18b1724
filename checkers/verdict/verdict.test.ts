import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Checker, Result } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { CHECKERS } from '../registry/checkers.ts';
import { writtenHistory } from '../testing/written-history.ts';
import { ask } from './exhausted.ts';
import { mergeVerdicts } from './merge.ts';
import { checkSafely } from './safe.ts';

describe('merged verdicts', () => {
  it('put false before unknown before true, and nothing is unknown', () => {
    expect(mergeVerdicts([true, true])).toBe(true);
    expect(mergeVerdicts([true, 'unknown', true])).toBe('unknown');
    expect(mergeVerdicts(['unknown', true, false, 'unknown'])).toBe(false);
    expect(mergeVerdicts([])).toBe('unknown');
  });
});

describe('a checker that goes wrong', () => {
  const checker = (check: Checker['check']): Checker => ({ name: 'mine', summary: '', options: z.strictObject({}), check });
  const run = (check: Checker['check'], options: unknown = {}, budget = UNLIMITED) => checkSafely(checker(check), writtenHistory([]), options, budget);
  const fine: Checker['check'] = () => ({ checker: 'mine', valid: true, stats: null });

  it('is unknown with the reason, never valid', () => {
    const broken = run(() => {
      throw new Error('off by one');
    });
    expect(broken).toMatchObject({ checker: 'mine', valid: 'unknown', reasons: [{ code: 'checker-threw', message: 'the checker "mine" failed: off by one' }] });
    const refused = run(() => {
      throw new OrdealError('ORDEAL_FOREIGN_HISTORY', { what: 'no operation is known' });
    });
    expect(refused).toMatchObject({ valid: 'unknown', reasons: [{ code: 'ORDEAL_FOREIGN_HISTORY' }] });
    expect(run(fine, { bound: 1 })).toMatchObject({ valid: 'unknown' });
    expect(run(fine)).toMatchObject({ valid: true });
  });

  it('is unknown when its verdict lacks what a verdict must carry', () => {
    expect(run(() => ({ checker: 'mine', valid: false, stats: null, anomalies: [] as never }) as Result)).toMatchObject({ valid: 'unknown' });
    expect(run(() => ({ checker: 'mine', valid: 'unknown', stats: null, reasons: [] as never }) as Result)).toMatchObject({ valid: 'unknown', reasons: [{}] });
  });

  it.each(['time', 'memory', 'cancelled'] as const)('is unknown when its budget is exhausted: %s', (why) => {
    const result = run(
      (_, __, budget) => {
        ask(budget, 1);
        return { checker: 'mine', valid: true, stats: null };
      },
      {},
      { exceeded: () => why, progress: () => undefined },
    );
    expect(result).toMatchObject({ valid: 'unknown', reasons: [{ code: why === 'cancelled' ? 'cancelled' : `budget-${why}` }] });
  });
});

describe.each(Object.entries(CHECKERS))('the checker %s', (name, entry) => {
  it('is what its row says, by import and by reference', async () => {
    const checker = await entry.load();
    expect(checker.name).toBe(name);
    const module = (await import(entry.ref.url)) as Record<string, unknown>;
    expect(module[entry.ref.name]).toBe(checker);
  });

  it('never takes an empty history for a tested one, but for what only measures', async () => {
    const result = checkSafely(await entry.load(), writtenHistory([]), {}, UNLIMITED);
    expect(result.valid).toBe(name === 'availability' ? true : 'unknown');
    expect(result.checker).toBe(name);
  });

  it('asks its budget', async () => {
    const history = writtenHistory([
      [0, 'invoke', 'read', null],
      [0, 'ok', 'read', null],
    ]);
    const result = checkSafely(await entry.load(), history, {}, { exceeded: () => 'time', progress: () => undefined });
    expect(result).toMatchObject({ valid: 'unknown', reasons: [{ code: 'budget-time' }] });
  });
});
