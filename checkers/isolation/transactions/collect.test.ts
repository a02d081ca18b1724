import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, Ns, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/index.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { collectTransactions } from './collect.ts';
import { APPEND, READ, type Transactions, UNKNOWN_LENGTH, WRITE } from './columns.ts';

const KINDS = { append: APPEND, r: READ, w: WRITE } as const;
type MicroOp = readonly [f: keyof typeof KINDS, key: Value, value: Value];

const elements: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300) },
  fc.constantFrom<Value>(
    0x7fffffff,
    0x80000000,
    214748364,
    2147483639,
    2 ** 53 - 1,
    -1,
    -77,
    1.5,
    1e21,
    'a',
    '',
    '[1,2]',
    '"',
    '\\',
    'ü€😀',
    '9007199254740993',
    true,
  ),
);
const composite: fc.Arbitrary<Value> = fc.oneof(fc.constantFrom<Value>([], [1], { b: [1], a: ']' }, [['x']]), elements);
const ops: fc.Arbitrary<MicroOp> = fc.oneof(
  fc.tuple(fc.constant('append' as const), elements, composite),
  fc.tuple(fc.constant('w' as const), elements, composite),
  fc.tuple(fc.constant('r' as const), elements, fc.oneof(fc.constant(null), fc.array(composite, { maxLength: 80 }), elements)),
);
const scripts = fc.array(fc.record({ outcome: fc.constantFrom('ok', 'ok', 'fail', 'info'), txn: fc.array(ops, { maxLength: 5 }), foreign: fc.boolean() }), {
  maxLength: 20,
});
type Script = typeof scripts extends fc.Arbitrary<infer T> ? T : never;

function historyOf(script: Script): History {
  const builder = new HistoryBuilder();
  for (const [process, { outcome, txn, foreign }] of script.entries()) {
    const asked = txn.map(([f, key, value]): Value => [f, key, f === 'r' ? null : value]);
    // A transaction that breaks off in its last micro-operation is none, and leaves no trace in the columns.
    const spoilt = (list: readonly Value[]): Value => (foreign ? [...list, ['no-such-thing', 1]] : list) as Value;
    builder.append({ type: 'invoke', process, f: 'txn', value: spoilt(asked), time: process as Ns });
    const returned = outcome === 'ok' ? spoilt(txn as unknown as readonly Value[]) : spoilt(asked);
    builder.append({
      type: outcome as 'ok',
      process,
      f: 'txn',
      value: returned,
      time: process as Ns,
      ...(outcome === 'ok' ? {} : { error: { code: 'x', message: '' } }),
    });
  }
  return builder.build();
}

/** What JSON says that stands in the columns: kind, key, value or list of each micro-operation. */
const naive = (script: Script) =>
  script
    .filter(({ foreign }) => !foreign)
    .map(({ outcome, txn }) => txn.map(([f, key, value]) => [KINDS[f], key, f === 'r' && outcome !== 'ok' ? 'unknown' : value]));

function inColumns(txns: Transactions, t: number, isList: (op: number) => boolean) {
  return Array.from({ length: txns.firstOp[t + 1]! - txns.firstOp[t]! }, (_, i) => {
    const op = txns.firstOp[t]! + i;
    return [txns.kind[op], txns.keyValue(txns.key[op]!), shownValue(txns, op, isList(i))];
  });
}

/** Whether a read returned a list, the workload knows: the columns hold the same for both. */
function shownValue(txns: Transactions, op: number, isList: boolean): unknown {
  if (txns.length[op] === UNKNOWN_LENGTH) return 'unknown';
  return isList ? Array.from(txns.elements.of(op, txns.length[op]!), (id) => txns.elementValue(id)) : txns.elementValue(txns.element[op]!);
}

describe('collectTransactions', () => {
  it('has in columns what JSON says, and no trace of what is no transaction', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const txns = collectTransactions(historyOf(script), UNLIMITED);
        expect(txns.foreign).toBe(script.filter(({ foreign }) => foreign).length);
        const expected = naive(script);
        const isList = (t: number, i: number): boolean => expected[t]![i]![0] === READ && Array.isArray(expected[t]![i]![2]);
        expect(Array.from({ length: txns.count }, (_, t) => inColumns(txns, t, (i) => isList(t, i)))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('gives equal lists equal hashes, and others different ones', () => {
    fc.assert(
      fc.property(fc.array(fc.array(composite, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 12 }), (lists) => {
        const txns = collectTransactions(historyOf(lists.map((list) => ({ outcome: 'ok', foreign: false, txn: [['r', 1, list] as MicroOp] }))), UNLIMITED);
        const hashes = lists.map((_, op) => `${txns.hashA[op]} ${txns.hashB[op]} ${txns.length[op]}`);
        const texts = lists.map((list) => JSON.stringify(list));
        for (const [i, text] of texts.entries()) expect(hashes.indexOf(hashes[i]!)).toBe(texts.indexOf(text));
      }),
      { numRuns: 200 },
    );
  });
});
