/** Anomalies to put into valid histories of lists: a few transactions each, on keys of their own, and what they must be called. */
import type { Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { analyseHistory } from '../checker.ts';
import { storeRun, USUAL } from './store-run.ts';

/** An event of an injection: who, what, micro-operations. */
export type Injected = readonly [process: number, type: 'invoke' | 'ok' | 'fail', ops: readonly (readonly [string, string, Value])[]];

/** Transactions that overlap, acknowledged in their order. */
function together(...transactions: (readonly (readonly [string, string, Value])[])[]): Injected[] {
  return [...transactions.map((ops, i): Injected => [i, 'invoke', ops]), ...transactions.map((ops, i): Injected => [i, 'ok', ops])];
}

function after(process: number, ops: readonly (readonly [string, string, Value])[], type: 'ok' | 'fail' = 'ok'): Injected[] {
  return [
    [process, 'invoke', ops],
    [process, type, ops],
  ];
}

/** A few transactions on keys of their own that are one anomaly. */
const SINGLE: Readonly<Record<string, readonly Injected[]>> = {
  G0: [
    ...together(
      [
        ['append', 'p', 1],
        ['append', 'q', 1],
      ],
      [
        ['append', 'p', 2],
        ['append', 'q', 2],
      ],
    ),
    ...after(2, [
      ['r', 'p', [1, 2]],
      ['r', 'q', [2, 1]],
    ]),
  ],
  G1c: together(
    [
      ['append', 'p', 1],
      ['r', 'q', [1]],
    ],
    [
      ['append', 'q', 1],
      ['r', 'p', [1]],
    ],
  ),
  'G2-item': together(
    [
      ['r', 'p', null],
      ['append', 'q', 1],
    ],
    [
      ['r', 'q', null],
      ['append', 'p', 1],
    ],
  ),
  'G-single-item': [
    ...together(
      [
        ['append', 'p', 1],
        ['append', 'q', 1],
      ],
      [
        ['r', 'p', [1]],
        ['r', 'q', null],
      ],
    ),
  ],
  'G-nonadjacent-item': together(
    [['append', 'p', 1]],
    [['append', 'q', 1]],
    [
      ['r', 'p', [1]],
      ['r', 'q', null],
    ],
    [
      ['r', 'q', [1]],
      ['r', 'p', null],
    ],
  ),
  'G-single-item-realtime': [...after(0, [['append', 'p', 1]]), ...after(1, [['r', 'p', null]])],
  'G-single-item-process': [...after(0, [['append', 'p', 1]]), ...after(0, [['r', 'p', null]])],
  'G0-process': [...after(0, [['append', 'p', 1]]), ...after(0, [['append', 'p', 2]]), ...after(1, [['r', 'p', [2, 1]]])],
  'G0-realtime': [...after(0, [['append', 'p', 1]]), ...after(1, [['append', 'p', 2]]), ...after(2, [['r', 'p', [2, 1]]])],
  G1a: [...after(0, [['append', 'p', 1]], 'fail'), ...after(1, [['r', 'p', [1]]])],
  internal: after(0, [
    ['append', 'p', 1],
    ['r', 'p', null],
  ]),
  'future-read': after(0, [
    ['r', 'p', [1]],
    ['append', 'p', 1],
  ]),
  'thin-air-read': after(0, [['r', 'p', [1]]]),
};

/** Process 1 is busy while others do theirs, one after the other. */
function during(around: readonly (readonly [string, string, Value])[], ...inside: readonly Injected[][]): Injected[] {
  return [[9, 'invoke', around], ...inside.flat(), [9, 'ok', around]];
}

const CIRCLE = [
  ['r', 'q', [1]],
  ['append', 'p', 1],
] as const;

export interface Injection {
  readonly events: readonly Injected[];
  /** All that they are, in alphabetical order. */
  readonly types: readonly string[];
}

/** Anomalies by name. */
export const INJECTIONS: Readonly<Record<string, Injection>> = {
  ...Object.fromEntries(Object.entries(SINGLE).map(([type, events]): [string, Injection] => [type, { events, types: [type] }])),
  'G1c-process': { events: during(CIRCLE, after(0, [['r', 'p', [1]]]), after(0, [['append', 'q', 1]])), types: ['G1c-process'] },
  'G1c-realtime': { events: during(CIRCLE, after(0, [['r', 'p', [1]]]), after(1, [['append', 'q', 1]])), types: ['G1c-realtime'] },
  G1b: {
    events: together(
      [
        ['append', 'p', 1],
        ['append', 'p', 2],
      ],
      [['r', 'p', [1]]],
    ),
    types: ['G-single-item', 'G1b'],
  },
  'dirty-update': {
    events: [...after(0, [['append', 'p', 1]], 'fail'), ...after(1, [['append', 'p', 2]]), ...after(2, [['r', 'p', [1, 2]]])],
    types: ['G1a', 'dirty-update'],
  },
  'duplicate-elements': { events: [...after(0, [['append', 'p', 1]]), ...after(1, [['r', 'p', [1, 1]]])], types: ['duplicate-elements'] },
  'incompatible-order': {
    events: together([['append', 'p', 1]], [['append', 'p', 2]], [['r', 'p', [1]]], [['r', 'p', [2]]]),
    types: ['incompatible-order'],
  },
  'lost-update': {
    events: [
      ...together(
        [
          ['r', 'p', null],
          ['append', 'p', 1],
        ],
        [
          ['r', 'p', null],
          ['append', 'p', 2],
        ],
      ),
      ...after(2, [['r', 'p', [1, 2]]]),
    ],
    types: ['G-single-item', 'lost-update'],
  },
  'lost-append': {
    events: [...after(0, [['append', 'p', 1]]), ...after(1, [['append', 'p', 2]]), ...after(2, [['r', 'p', [2]]])],
    types: ['G-single-item-realtime', 'G0-realtime', 'lost-append'],
  },
  'reordered-appends': {
    events: [
      ...together(
        [
          ['append', 'p', 1],
          ['append', 'p', 2],
        ],
        [['append', 'p', 3]],
      ),
      ...after(2, [['r', 'p', [2, 1, 3]]]),
    ],
    types: ['reordered-appends'],
  },
};

/** Found besides, because they say the same of weaker models. */
const SAME = /^(?:G-update|G-monotonic|G-MSR|unseen|failed-read|pram|fractured|causal|long-fork|non-monotonic|missed|write-before|sequential|stale)/;

/**
 * A run of a strict-serializable store with these put into it, each at some place, by processes and on keys of its own; how
 * often each anomaly was found.
 */
export function countInjected(rng: Rng, transactions: number, injections: readonly Injection[]): ReadonlyMap<string, number> {
  const builder = new HistoryBuilder();
  const places = injections.map((_, i) => rng.fork(i).int(0, 2 * transactions - 1));
  let time = 0;
  const append = (process: number, type: Injected[1] | 'info', value: Value): void => {
    time++;
    builder.append({ type, process, f: 'txn', value, time: time as Ns });
  };
  const inject = ({ events }: Injection, i: number): void => {
    for (const [process, type, ops] of events) {
      append(
        100_000_000 + 10 * i + process,
        type,
        ops.map(([f, key, one]): Value => [f, `${key}${i}`, f === 'r' && type !== 'ok' ? null : one]),
      );
    }
  };
  let at = 0;
  for (const { type, process, value } of storeRun(rng, { ...USUAL, transactions })) {
    for (const [i, one] of injections.entries()) if (places[i] === at) inject(one, i);
    append(process, type, JSON.parse(value) as Value);
    at++;
  }
  const { counts } = analyseHistory(builder.build(), 'list-append', UNLIMITED).analysis!;
  return new Map([...counts].filter(([type]) => !SAME.test(type)));
}

/** How often each must be found. */
export function expectedCounts(injections: readonly Pick<Injection, 'types'>[]): ReadonlyMap<string, number> {
  const expected = new Map<string, number>();
  for (const { types } of injections) for (const type of types) expected.set(type, (expected.get(type) ?? 0) + 1);
  return expected;
}
