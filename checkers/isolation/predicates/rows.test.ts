import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/contracts/index.ts';
import { readHistory } from '../../../harness/history/read-history.ts';
import { freshSeed } from '../../../harness/random/seed.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { isolation } from '../checker.ts';
import { fuzzRows } from '../testing/rows-against-oracle.ts';
import { rowHistory, type SmallRowOp, type SmallRowTransaction } from '../testing/small-rows.ts';

type Line = readonly [process: number, outcome: SmallRowTransaction['outcome'], ...ops: SmallRowOp[]];
type When = 'together' | 'in turn';

function historyOf(lines: readonly Line[], when: When, initial: Readonly<Record<string, number>>): History {
  const at = (i: number) => (when === 'together' ? { start: i, end: lines.length + i } : { start: 2 * i, end: 2 * i + 1 });
  const transactions = lines.map(([process, outcome, ...ops], i) => ({ process, outcome, ops, ...at(i) }));
  return rowHistory({ initial: new Map(Object.entries(initial)), transactions });
}

function judged(model: string, history: History) {
  const result = isolation.check(history, isolation.options.parse({ consistencyModels: [model] }), UNLIMITED);
  for (const anomaly of result.valid === false ? result.anomalies : []) expect(verifyCertificate(history, anomaly)).toEqual({ ok: true, why: '' });
  return {
    valid: result.valid,
    types: result.valid === false ? result.anomalies.map(({ type }) => type) : [],
    sentences: result.valid === false ? result.anomalies.map(({ sentence }) => sentence) : [],
    reasons: result.valid === 'unknown' ? result.reasons.map(({ code }) => code) : [],
  };
}

const rows = (found: Readonly<Record<string, number>>) => new Map(Object.entries(found));
const verdict = (
  model: string,
  lines: readonly Line[],
  { when = 'together', initial = {} }: { when?: When; initial?: Readonly<Record<string, number>> } = {},
) => judged(model, historyOf(lines, when, initial));

/** Each looks who is on call (1), finds enough, and another row appears or goes. */
const ON_CALL: Line[] = [
  [0, 'ok', ['rp', ['=', 1], rows({ ann: 1 })], ['insert', 'bob', 1]],
  [1, 'ok', ['rp', ['=', 1], rows({ ann: 1 })], ['insert', 'eve', 1]],
];

describe('write skew by a predicate', () => {
  it('is G2, which serializability forbids and snapshot isolation and repeatable read allow', () => {
    const { types, sentences } = verdict('serializable', ON_CALL, { initial: { ann: 1 } });
    expect(types).toEqual(['G2']);
    expect(sentences[0]).toBe(
      'write skew by a predicate: T4 (process 0) looked for rows = 1 and did not find "eve", so before T5 (process 1) inserted "eve" with 1; and T5 (process 1) looked for rows = 1 and did not find "bob", so before T4 (process 0) inserted "bob" with 1, so each comes before the other',
    );
    for (const model of ['snapshot-isolation', 'repeatable-read', 'read-committed']) expect(verdict(model, ON_CALL, { initial: { ann: 1 } }).valid).toBe(true);
  });

  it('is G2-item where the rows themselves were read', () => {
    const leave: Line[] = [
      [0, 'ok', ['rp', ['=', 1], rows({ ann: 1, bob: 1 })], ['w', 'ann', 0]],
      [1, 'ok', ['rp', ['=', 1], rows({ ann: 1, bob: 1 })], ['delete', 'bob']],
    ];
    const initial = { ann: 1, bob: 1 };
    expect(verdict('repeatable-read', leave, { initial }).types).toEqual(['G2-item']);
    expect(verdict('snapshot-isolation', leave, { initial }).types).toEqual([]);
  });

  it('is none where the second saw what the first did', () => {
    const inTurn: Line[] = [ON_CALL[0]!, [1, 'ok', ['rp', ['=', 1], rows({ ann: 1, bob: 1 })], ['insert', 'eve', 1]]];
    expect(verdict('strict-serializable', inTurn, { when: 'in turn', initial: { ann: 1 } }).valid).toBe(true);
  });
});

describe('what a predicate read did not return', () => {
  it('says which version it saw, if the row has but one that does not match', () => {
    // 1 → 2 → 4, and odd is the first alone: who does not find it has seen what came later, who finds no even one what came before.
    const lines: Line[] = [
      [0, 'ok', ['r', 'x', 1], ['w', 'x', 2], ['insert', 'y', 7]],
      [1, 'ok', ['r', 'x', 2], ['w', 'x', 4]],
      [2, 'ok', ['rp', ['mod', 2, 1], rows({})]],
    ];
    expect(verdict('snapshot-isolation', lines, { initial: { x: 1 } }).types).toEqual(['G-single']);
    expect(verdict('repeatable-read', lines, { initial: { x: 1 } }).types).toEqual([]);
  });

  it('convicts nobody where several versions may have been seen', () => {
    // Not 3: before it was there, or when it had gone.
    const lines = (y: Line): Line[] => [[0, 'ok', ['insert', 'x', 3]], [1, 'ok', ['r', 'x', 3], ['w', 'x', 4]], y];
    const either: Line = [2, 'ok', ['rp', ['=', 3], rows({})]];
    expect(verdict('serializable', [...lines(either), [3, 'ok', ['rp', 'true', rows({})]]]).valid).toBe(true);
  });

  it('must be there if every version matches', () => {
    const lines: Line[] = [
      [0, 'ok', ['w', 'x', 4]],
      [1, 'ok', ['rp', ['mod', 2, 0], rows({})]],
    ];
    expect(verdict('serializable', lines, { initial: { x: 2 } }).types).toEqual(['predicate-read-miss']);
    expect(verdict('snapshot-isolation', lines, { initial: { x: 2 } }).valid).toBe(false);
    expect(verdict('read-committed', lines, { initial: { x: 2 } }).valid).toBe('unknown');
  });

  it('tests nothing where nobody changes what is looked for', () => {
    const lines: Line[] = [
      [0, 'ok', ['insert', 'x', 4]],
      [1, 'ok', ['rp', 'true', rows({ x: 4 })]],
    ];
    expect(verdict('serializable', lines).reasons).toEqual(['no-predicate-dependencies']);
  });
});

describe('what a predicate read returned', () => {
  const read: Line = [1, 'ok', ['rp', 'true', rows({ x: 1 })]];

  it.each([
    ['G1a', [[0, 'fail', ['insert', 'x', 1]], read]],
    ['G1b', [[0, 'ok', ['insert', 'x', 1], ['w', 'x', 2]], read]],
    ['thin-air-read', [[0, 'ok', ['insert', 'x', 5]], read]],
    [
      'internal',
      [
        [0, 'ok', ['insert', 'x', 1]],
        [1, 'ok', ['r', 'x', 1], ['w', 'x', 2], ['rp', 'true', rows({ x: 1 })]],
      ],
    ],
    ['lost-update', [[0, 'ok', ['insert', 'x', 1]], [1, 'ok', ['r', 'x', 1], ['w', 'x', 2]], [2, 'ok', ['r', 'x', 1], ['w', 'x', 3]], read]],
  ] as const)('shows %s', (type, lines) => {
    expect(verdict('serializable', lines as unknown as Line[]).types).toContain(type);
  });
});

it('reads what Elle reads: the universe as a map, and rows as maps', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-rows-'));
  try {
    const file = join(folder, 'history.edn');
    const ops = [
      '{:index 0 :type :invoke :process 0 :f :init :value {:x 0, 7 1}}',
      '{:index 1 :type :ok :process 0 :f :init :value {:x 0, 7 1}}',
      '{:index 2 :type :invoke :process 0 :f :txn :value [[:rp [:mod 2 1] nil] [:w :x 3]]}',
      '{:index 3 :type :invoke :process 1 :f :txn :value [[:rp [:mod 2 0] nil] [:delete 7]]}',
      '{:index 4 :type :ok :process 0 :f :txn :value [[:rp [:mod 2 1] {7 1}] [:w :x 3]]}',
      '{:index 5 :type :ok :process 1 :f :txn :value [[:rp [:mod 2 0] {:x 0}] [:delete 7]]}',
      '{:index 6 :type :invoke :process 0 :f :txn :value [[:rp :true nil]]}',
      '{:index 7 :type :ok :process 0 :f :txn :value [[:rp :true {:x 3}]]}',
    ];
    writeFileSync(file, ops.join('\n'));
    const { history } = await readHistory(file, { strictness: 'strict' });
    expect(judged('serializable', history).types).toEqual(['G2-item']);
    expect(judged('snapshot-isolation', history).valid).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('agrees with Adya’s definitions, tried one by one, and with every certificate', () => {
  const tally = fuzzRows(250, `${freshSeed()} rows`, 4);
  expect(tally.valid).toBeGreaterThan(200);
  expect(tally.invalid).toBeGreaterThan(100);
  expect(tally.certificates).toBeGreaterThan(20);
});
