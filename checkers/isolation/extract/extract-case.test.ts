import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { isolation } from '../checker.ts';
import { modelNamed } from '../models/models.ts';
import { randomLists } from '../testing/random-lists.ts';
import { randomRegisters } from '../testing/random-registers.ts';
import { type SmallTransaction, smallHistory } from '../testing/small-history.ts';
import { randomRows, rowHistory } from '../testing/small-rows.ts';
import { extractCase } from './extract-case.ts';

const MODELS = ['strict-serializable', 'snapshot-isolation', 'causal', 'read-committed'];

function casesOf(random: (i: number) => readonly SmallTransaction[], workload: 'list-append' | 'rw-register', count: number) {
  return casesIn((i) => smallHistory(random(i)), workload, count);
}

function casesIn(random: (i: number) => History, workload: 'list-append' | 'rw-register' | 'predicate', count: number) {
  let extracted = 0;
  for (let i = 0; i < count; i++) {
    const history = random(i);
    const model = MODELS[i % MODELS.length]!;
    const options = isolation.options.parse({ workload, consistencyModels: [model] });
    const result = isolation.check(history, options, UNLIMITED);
    if (result.valid !== false) continue;
    const [anomaly] = result.anomalies;
    const found = extractCase(history, anomaly, workload, [modelNamed(model)!], UNLIMITED);
    if (found === undefined) throw new Error(`no case of ${anomaly.sentence}`);
    const builder = new HistoryBuilder();
    for (const { index: _, ...event } of found.events) builder.append(event);
    const again = isolation.check(builder.build(), options, UNLIMITED);
    expect(again.valid === false && again.anomalies.map(({ type }) => type)).toContain(anomaly.type);
    expect(found.events.length).toBeLessThanOrEqual(history.length);
    extracted++;
  }
  return extracted;
}

describe('the case of a conviction', () => {
  it('is convicted of the same again, of lists', () => {
    expect(casesOf((i) => randomLists(createRng('extract').fork(i), 6), 'list-append', 60)).toBeGreaterThan(10);
  });

  it('is convicted of the same again, of rows, with all rows that its predicate reads found', () => {
    const histories = (i: number) => rowHistory(randomRows(createRng('extract').fork(i), 5));
    expect(casesIn(histories, 'predicate', 70)).toBeGreaterThan(4);
  });

  it('is convicted of the same again, of registers', () => {
    expect(casesOf((i) => randomRegisters(createRng('extract').fork(i), 6), 'rw-register', 60)).toBeGreaterThan(10);
  });

  it('has nothing that it does not need', () => {
    const rows: (readonly SmallTransaction['ops'][number][])[] = [
      [
        ['r', 'x', null],
        ['append', 'y', 1],
        ['append', 'z', 1],
      ],
      [
        ['r', 'y', null],
        ['append', 'x', 1],
      ],
      [['append', 'z', 2]],
      [['r', 'z', [1, 2]]],
    ];
    const history = smallHistory(rows.map((ops, process) => ({ process, start: process, end: 10 + process, outcome: 'ok', ops })));
    const result = isolation.check(history, isolation.options.parse({ consistencyModels: ['serializable'] }), UNLIMITED);
    if (result.valid !== false) throw new Error('it is not convicted');
    const found = extractCase(history, result.anomalies[0], 'auto', ['serializable'], UNLIMITED);
    expect(found?.type).toBe('G2-item');
    expect(found?.events.filter(({ type }) => type === 'ok').map(({ value }) => value)).toEqual([
      [
        ['r', 'x', null],
        ['append', 'y', 1],
      ],
      [
        ['r', 'y', null],
        ['append', 'x', 1],
      ],
    ]);
  });
});
