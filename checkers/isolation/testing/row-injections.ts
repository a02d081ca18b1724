/** Anomalies to put into valid histories of rows: a few transactions each, on rows and values of their own, and what they must be called. */
import type { Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { analyseHistory } from '../checker.ts';
import { rowStoreRun, USUAL_ROWS } from './row-store-run.ts';

/** Keys and values are told apart from those of other injections. */
type Op =
  | readonly ['insert' | 'w' | 'r', key: string, value: string | null]
  | readonly ['delete', key: string]
  | readonly ['rp', value: string, ...keys: string[]];
type Injected = readonly [process: number, type: 'invoke' | 'ok' | 'fail', ops: readonly Op[]];

/** Transactions that overlap, acknowledged in their order. */
function together(...transactions: (readonly Op[])[]): Injected[] {
  return [...transactions.map((ops, i): Injected => [i, 'invoke', ops]), ...transactions.map((ops, i): Injected => [i, 'ok', ops])];
}

function after(process: number, ops: readonly Op[], type: 'ok' | 'fail' = 'ok'): Injected[] {
  return [
    [process, 'invoke', ops],
    [process, type, ops],
  ];
}

export interface RowInjection {
  /** A row `m` with value `there` that is there before everything else. */
  readonly hasRow?: true;
  readonly events: readonly Injected[];
  /** All that they are, in alphabetical order. */
  readonly types: readonly string[];
}

/** Anomalies by name. `['rp', v, …]` looks for rows with value v and finds these. */
export const ROW_INJECTIONS: Readonly<Record<string, RowInjection>> = {
  G2: {
    events: together(
      [
        ['rp', 'on'],
        ['insert', 'p', 'on'],
      ],
      [
        ['rp', 'on'],
        ['insert', 'q', 'on'],
      ],
    ),
    types: ['G2'],
  },
  'G2 by deletes': {
    events: [
      ...after(0, [
        ['insert', 'p', 'on'],
        ['insert', 'q', 'on'],
      ]),
      ...together(
        [
          ['rp', 'on', 'p', 'q'],
          ['delete', 'p'],
        ],
        [
          ['rp', 'on', 'p', 'q'],
          ['delete', 'q'],
        ],
      ),
    ],
    types: ['G2-item'],
  },
  'G2 of a row and a predicate': {
    events: together(
      [
        ['rp', 'on'],
        ['insert', 'q', 'off'],
      ],
      [
        ['r', 'q', null],
        ['insert', 'p', 'on'],
      ],
    ),
    types: ['G2'],
  },
  'G-single': {
    events: together(
      [
        ['insert', 'p', 'on'],
        ['insert', 'q', 'off'],
      ],
      [
        ['r', 'q', 'off'],
        ['rp', 'on'],
      ],
    ),
    types: ['G-single'],
  },
  'G-single by a write': {
    events: [
      ...after(0, [['insert', 'p', 'old']]),
      ...together(
        [
          ['r', 'p', 'old'],
          ['w', 'p', 'on'],
          ['insert', 'q', 'off'],
        ],
        [
          ['r', 'q', 'off'],
          ['rp', 'on'],
        ],
      ),
    ],
    types: ['G-single'],
  },
  'G-nonadjacent': {
    events: together(
      [['insert', 'p', 'on']],
      [['insert', 'q', 'off']],
      [
        ['rp', 'on', 'p'],
        ['rp', 'off'],
      ],
      [
        ['rp', 'off', 'q'],
        ['rp', 'on'],
      ],
    ),
    types: ['G-nonadjacent'],
  },
  'G-single-process': { events: [...after(0, [['insert', 'p', 'on']]), ...after(0, [['rp', 'on']])], types: ['G-single-process'] },
  'G-single-realtime': { events: [...after(0, [['insert', 'p', 'on']]), ...after(1, [['rp', 'on']])], types: ['G-single-realtime'] },
  'G1c of a predicate': {
    events: together(
      [
        ['insert', 'p', 'on'],
        ['rp', 'off', 'q'],
      ],
      [
        ['insert', 'q', 'off'],
        ['rp', 'on', 'p'],
      ],
    ),
    types: ['G1c'],
  },
  G1a: { events: [...after(0, [['insert', 'p', 'on']], 'fail'), ...after(1, [['rp', 'on', 'p']])], types: ['G1a'] },
  G1b: {
    events: together(
      [
        ['insert', 'p', 'on'],
        ['w', 'p', 'off'],
      ],
      [['rp', 'on', 'p']],
    ),
    types: ['G1b'],
  },
  'thin-air-read': { events: after(0, [['rp', 'on', 'p']]), types: ['thin-air-read'] },
  internal: {
    events: after(0, [
      ['insert', 'p', 'on'],
      ['rp', 'on'],
    ]),
    types: ['internal'],
  },
  'predicate-read-miss': { hasRow: true, events: after(0, [['rp', 'there']]), types: ['predicate-read-miss'] },
  'lost-update': {
    events: [
      ...after(0, [['insert', 'p', 'old']]),
      ...together(
        [
          ['rp', 'old', 'p'],
          ['w', 'p', 'on'],
        ],
        [
          ['rp', 'old', 'p'],
          ['w', 'p', 'off'],
        ],
      ),
    ],
    types: ['lost-update'],
  },
};

function toValue(op: Op, i: number, isKnown: boolean): Value {
  const own = (name: string): string => `${name}${i}`;
  if (op[0] === 'delete') return ['delete', own(op[1])];
  if (op[0] !== 'rp') return [op[0], own(op[1]), op[2] === null || (op[0] === 'r' && !isKnown) ? null : own(op[2])];
  const [, value, ...keys] = op;
  return ['rp', ['=', own(value)], isKnown ? keys.map((key): Value => [own(key), own(value)]) : null];
}

/**
 * A run of a strict-serializable store of rows with these put into it, each at some place, by processes, on rows and with values of
 * their own; how often each anomaly was found.
 */
export function countInjectedInRows(rng: Rng, transactions: number, injections: readonly RowInjection[]): ReadonlyMap<string, number> {
  const builder = new HistoryBuilder();
  const places = injections.map((_, i) => rng.fork(i).int(0, 2 * transactions - 1));
  let time = 0;
  const append = (process: number, type: Injected[1] | 'info', value: Value, f = 'txn'): void => {
    builder.append({ type, process, f, value, time: ++time as Ns });
  };
  const rows = injections.flatMap(({ hasRow }, i): Value[] => (hasRow === true ? [['insert', `m${i}`, `there${i}`]] : []));
  for (const type of ['invoke', 'ok'] as const) append(99_999_999, type, rows, 'init');
  let at = 0;
  for (const { type, process, value } of rowStoreRun(rng, { ...USUAL_ROWS, transactions })) {
    for (const [i, { events }] of injections.entries()) {
      if (places[i] !== at) continue;
      for (const [who, what, ops] of events)
        append(
          100_000_000 + 10 * i + who,
          what,
          ops.map((op) => toValue(op, i, what === 'ok')),
        );
    }
    append(process, type, value);
    at++;
  }
  return analyseHistory(builder.build(), 'predicate', UNLIMITED).analysis!.counts;
}
