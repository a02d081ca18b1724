/** More transactions than one polygraph takes: what holds is proved, what is planted is found, and its certificate holds. */
import { describe, expect, it } from 'vitest';
import type { Ns, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { freshSeed } from '../../../harness/random/seed.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { isolation } from '../checker.ts';
import { storeRun, USUAL } from '../testing/store-run.ts';

const CLEAN = 20_000;
const CONTENDED = 5000;
/** Beyond what one polygraph takes; views of processes, looked at where something is wrong, take time with the square of it. */
const PLANTED_IN = 4000;

type Ops = readonly (readonly ['r' | 'w', string, Value])[];
/** Transactions that overlap, each acknowledged; groups follow one another. */
type Planted = readonly (readonly Ops[])[];

const PLANTED: Readonly<Record<string, Planted>> = {
  'no-snapshot-order-realtime': [[[['w', 'p', 1]]], [[['w', 'p', 2]]], [[['r', 'p', 1]]]],
  'no-snapshot-order': [
    [
      [
        ['r', 'p', null],
        ['w', 'q', 1],
      ],
      [
        ['w', 'p', 1],
        ['w', 'q', 2],
      ],
      [
        ['w', 'p', 2],
        ['r', 'q', 1],
      ],
      [
        ['r', 'p', 1],
        ['w', 'p', 3],
        ['r', 'q', 1],
      ],
    ],
  ],
  G1c: [
    [
      [
        ['w', 'p', 1],
        ['r', 'q', 1],
      ],
      [
        ['w', 'q', 1],
        ['r', 'p', 1],
      ],
    ],
  ],
  'lost-update': [
    [
      [
        ['r', 'p', null],
        ['w', 'p', 1],
      ],
      [
        ['r', 'p', null],
        ['w', 'p', 2],
      ],
    ],
  ],
  'thin-air-read': [[[['r', 'p', 7]]]],
};

function history(transactions: number, planted: Planted, clients = USUAL.clients) {
  const rng = createRng(freshSeed());
  const place = rng.int(0, 2 * transactions - 1);
  const builder = new HistoryBuilder();
  let time = 0;
  let others = 100_000_000;
  const append = (process: number, type: 'invoke' | 'ok' | 'fail' | 'info', value: Value): void => {
    builder.append({ type, process, f: 'txn', value, time: ++time as Ns });
  };
  let at = 0;
  for (const { type, process, value } of storeRun(rng, { ...USUAL, workload: 'rw-register', transactions, clients })) {
    if (at++ === place) {
      for (const group of planted) {
        const first = others;
        others += group.length;
        for (const [i, ops] of group.entries()) {
          append(
            first + i,
            'invoke',
            ops.map(([f, key, one]): Value => [f, key, f === 'r' ? null : one]),
          );
        }
        for (const [i, ops] of group.entries())
          append(
            first + i,
            'ok',
            ops.map((op): Value => [...op]),
          );
      }
    }
    append(process, type, JSON.parse(value) as Value);
  }
  return builder.build();
}

const ASKED = isolation.options.parse({ workload: 'rw-register' });

describe('registers of more transactions than one polygraph takes', () => {
  it('are proved to be strict-serializable where they are', () => {
    const result = isolation.check(history(CLEAN, []), ASKED, UNLIMITED);
    expect(result).toMatchObject({ valid: true });
  });

  it('are proved to be so where a hundred clients are at ten keys', () => {
    expect(isolation.check(history(CONTENDED, [], 100), ASKED, UNLIMITED)).toMatchObject({ valid: true });
  });

  it.each(Object.entries(PLANTED))('are convicted of %s, and every certificate is confirmed', (type, planted) => {
    const events = history(PLANTED_IN, planted);
    const result = isolation.check(events, ASKED, UNLIMITED);
    if (result.valid !== false) throw new Error(`it is ${result.valid}`);
    expect(result.anomalies.map((anomaly) => anomaly.type)).toContain(type);
    for (const anomaly of result.anomalies) expect(verifyCertificate(events, anomaly)).toEqual({ ok: true, why: '' });
  });
});
