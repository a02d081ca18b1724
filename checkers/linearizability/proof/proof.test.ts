import { describe, expect, it } from 'vitest';
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../../testing/written-history.ts';
import type { SubHistoryCertificate } from '../counterexample/finding.ts';
import { withPrefixes } from '../counterexample/prefix.ts';
import { judge } from '../judge.ts';
import { builtInModel } from '../models/catalogue.ts';
import { prepare } from '../problem/prepare.ts';
import { randomHistory, registerOperations } from '../testing/random-history.ts';
import { exhaustiveSearch } from './exhaustive.ts';
import { linearizable, type TimedOperation } from './oracle.ts';
import { replayWitness } from './replay-witness.ts';

const model = builtInModel('cas-register', null);

describe('replaying a witness', () => {
  // 0: write 1 [0, 2]   1: read 1 [1, 3]   2: write 2 [4, ∞)   3: read 1 [5, 6]
  const history = writtenHistory([
    [0, 'invoke', 'write', 1],
    [1, 'invoke', 'read', null],
    [0, 'ok', 'write', 1],
    [1, 'ok', 'read', 1],
    [2, 'invoke', 'write', 2],
    [3, 'invoke', 'read', null],
    [3, 'ok', 'read', 1],
  ]);
  const { keys, classes } = prepare(history, model);
  const replay = (...order: number[]) => replayWitness(keys[0]!, classes, Int32Array.from(order));

  it('accepts an order that explains everything, with or without the unknown ones', () => {
    expect(replay(0, 1, 3)).toMatchObject({ ok: true });
    expect(replay(0, 1, 3, 2)).toMatchObject({ ok: true });
  });

  it.each([
    ['an operation that completed is missing', [0, 3], /missing/],
    ['an operation stands twice', [0, 1, 1, 3], /twice/],
    ['the real-time order is broken', [0, 3, 1], /had returned before/],
    ['the model does not accept it', [1, 0, 3], /cannot happen/],
    ['an unknown operation does harm', [0, 1, 2, 3], /cannot happen/],
    ['it names an operation that does not exist', [0, 1, 3, 4], /no operation/],
  ])('refuses it when %s', (_, order, why) => {
    const verification = replay(...order);
    expect(verification.ok).toBe(false);
    expect(verification.why).toMatch(why);
  });
});

describe('the exhaustive search', () => {
  it('agrees with the oracle', () => {
    let illegal = 0;
    for (let i = 0; i < 1_500; i++) {
      const rng = createRng('exhaustive').fork(i);
      const history = randomHistory(rng, { model, ...registerOperations(2), operations: 6, crashed: i % 2 === 0 ? 0.2 : 0.5, corrupted: 0.3, overlap: 4 });
      const { keys, classes } = prepare(history, model);
      const { call, ret, cls } = keys[0]!;
      const operations: TimedOperation[] = [...call].map((at, k) => ({
        operation: classes.operation(cls[k]!),
        call: at,
        ret: ret[k] === 0x7fffffff ? Infinity : ret[k]!,
      }));
      const truth = linearizable(model, operations);
      if (!truth) illegal++;
      expect(exhaustiveSearch(model, operations, null)).toBe(truth ? 'linearizable' : 'not-linearizable');
    }
    expect(illegal).toBeGreaterThan(100);
  });

  it('tries of what need not have happened only what makes a difference', () => {
    const op = (f: string, input: Value, call: number, ret = Number.POSITIVE_INFINITY, output: Value = input): TimedOperation => ({
      operation: { f, input, output, outcome: ret === Number.POSITIVE_INFINITY ? 'unknown' : 'ok' },
      call,
      ret,
    });
    const ring = [0, 1, 2, 4, 5];
    const [writes, ahead, back] = [
      ring.map((to, i) => op('write', to, i)),
      ring.map((from, i) => op('cas', [from, ring[(i + 1) % 5]!], i)),
      ring.map((from, i) => op('cas', [from, ring[(i + 4) % 5]!], i)),
    ];
    const crashed = [...writes, ...ahead, ...back, op('cas', [0, 2], 7), op('cas', [1, 4], 8), op('cas', [2, 5], 9)];
    const replaced = [op('write', 3, 20, 21), op('cas', [4, 2], 22, 23)];
    expect(exhaustiveSearch(model, [...crashed, ...replaced, op('read', null, 24, 25, 2)], null)).toBe('linearizable');
    expect(exhaustiveSearch(model, [...crashed, ...replaced, op('read', null, 24, 25, 3)], null)).toBe('not-linearizable');
  });

  it('says when there is too much to try', () => {
    const write = (value: number): TimedOperation => ({ operation: { f: 'write', input: value, output: value, outcome: 'ok' }, call: value, ret: 1_000 });
    const read: TimedOperation = { operation: { f: 'read', input: null, output: -1, outcome: 'ok' }, call: 0, ret: 1_000 };
    expect(exhaustiveSearch(model, [...Array.from({ length: 18 }, (_, i) => write(i)), read], null)).toBe('too-large');
  });
});

/** A conviction of a history, to be tampered with. */
function conviction(history: History): Anomaly {
  const result = withPrefixes(judge('linearizable', history, model, undefined, UNLIMITED), model);
  if (result.valid !== false) throw new Error('not convicted');
  expect(verifyCertificate(history, result.anomalies[0])).toMatchObject({ ok: true });
  return result.anomalies[0];
}

function tampered(anomaly: Anomaly, change: Partial<SubHistoryCertificate>, type = anomaly.type): Anomaly {
  return { ...anomaly, type, certificate: { ...anomaly.certificate, data: { ...(anomaly.certificate.data as object), ...change } as unknown as Value } };
}

const data = (anomaly: Anomaly): SubHistoryCertificate => anomaly.certificate.data as unknown as SubHistoryCertificate;

describe('the verifier of sub-histories refuses', () => {
  // A stale read of 5 (6..7) after 7; the write of 5 by process 4 is pending until after the read in `legal`.
  const stale: WrittenEvent[] = [
    [0, 'invoke', 'write', 5],
    [0, 'ok', 'write', 5],
    [1, 'invoke', 'write', 7],
    [1, 'ok', 'write', 7],
    [4, 'invoke', 'write', 6],
    [4, 'info', 'write', 6],
    [2, 'invoke', 'read', null],
    [2, 'ok', 'read', 5],
    [3, 'invoke', 'write', 5],
    [3, 'ok', 'write', 5],
  ];
  const history = writtenHistory(stale);
  const anomaly = conviction(history);

  it('nothing that is wrong with the honest one', () => {
    expect(data(anomaly).ops.map(({ invoke }) => invoke)).toEqual([0, 2, 6]);
    expect(data(anomaly).considered).toBe(4);
  });

  it('a prefix that says what is not so', () => {
    const prefix = data(anomaly).prefix!;
    expect(prefix).toEqual({
      init: null,
      order: [
        { invoke: 0, state: 5 },
        { invoke: 2, state: 7 },
      ],
      settled: 2,
      refusals: [{ state: 7, why: 'a read returns 7, not 5' }],
    });
    const [first, second] = prefix.order;
    const wrong = [
      [[second!, first!], /does not stand where/],
      [[first!], /lacks operation 2/],
      [[first!, { ...second!, state: 5 }], /does not reach/],
      [[first!, second!, { invoke: 6, state: 7 }], /cannot be explained/],
      [[first!, first!, second!], /twice/],
      [[{ invoke: 4, state: 6 }, first!, second!], /does not stand where/],
    ] as const;
    for (const [order, why] of wrong) {
      expect(verifyCertificate(history, tampered(anomaly, { prefix: { ...prefix, order } }))).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    }
  });

  it('an operation of another history', () => {
    const legal = writtenHistory(stale.map((event, i): WrittenEvent => (i === 7 ? [2, 'ok', 'read', 7] : event)));
    expect(verifyCertificate(legal, anomaly)).toMatchObject({ ok: false, why: 'there is an order that explains it' });
  });

  it('an omission that matters', () => {
    const without = tampered(anomaly, { ops: data(anomaly).ops.filter(({ invoke }) => invoke !== 0), until: 7 });
    expect(verifyCertificate(history, without)).toMatchObject({ ok: false, why: 'operation 0 was left out, and may matter' });
  });

  it('an omission of an unknown write that somebody could have seen', () => {
    const other = writtenHistory(stale.map((event, i): WrittenEvent => (i === 4 || i === 5 ? [event[0], event[1], 'write', 5] : event)));
    expect(verifyCertificate(other, anomaly)).toMatchObject({ ok: false, why: 'operation 4 was left out, and may matter' });
  });

  it('an unknown outcome passed off as known', () => {
    const ops = [...data(anomaly).ops, { ...data(anomaly).ops[0]!, invoke: 4, outcome: 'ok' as const }];
    expect(verifyCertificate(history, tampered(anomaly, { ops }))).toMatchObject({ ok: false, why: /did not end ok/ });
  });

  it('a cut that leaves out the failing operation’s rivals', () => {
    expect(verifyCertificate(history, tampered(anomaly, { until: 3 })).ok).toBe(false);
  });

  it('a start in the middle that knows what was before', () => {
    expect(verifyCertificate(history, tampered(anomaly, { from: 4 })).ok).toBe(false);
    const fromRead = tampered(anomaly, { from: 6, ops: data(anomaly).ops.filter(({ invoke }) => invoke === 6) });
    expect(verifyCertificate(history, fromRead)).toMatchObject({ ok: false });
  });

  it('a start in the middle for a model that does not know its states', () => {
    const kvHistory = writtenHistory([
      [0, 'invoke', 'get', null],
      [0, 'ok', 'get', 'x'],
    ]);
    const claim = { model: 'kv', init: '', from: 0, until: 1, failing: 0, ops: [{ ...data(anomaly).ops[0]!, invoke: 0, outcome: 'ok' as const }] };
    expect(verifyCertificate(kvHistory, tampered(anomaly, claim))).toMatchObject({
      ok: false,
      why: 'it cannot be judged from the middle: nobody knows all its states',
    });
  });

  it('operations of another key, twice the same, or none at all', () => {
    expect(verifyCertificate(history, tampered(anomaly, { keyed: true, key: 'x' })).ok).toBe(false);
    expect(verifyCertificate(history, tampered(anomaly, { ops: [...data(anomaly).ops, data(anomaly).ops[0]!] })).ok).toBe(false);
    expect(verifyCertificate(history, tampered(anomaly, { ops: [] })).ok).toBe(false);
    expect(verifyCertificate(history, { ...anomaly, ops: [] }).ok).toBe(false);
  });

  it('an unknown model, and an unknown kind', () => {
    expect(verifyCertificate(history, tampered(anomaly, { model: 'nonsense' }))).toMatchObject({ ok: false, why: /unknown model/ });
    expect(verifyCertificate(history, { ...anomaly, certificate: { kind: 'linearizability/other', data: null } }).ok).toBe(false);
  });

  it('a failed write that did not fail, or wrote something else', () => {
    const lie = (culprits: number[]): Anomaly => tampered(anomaly, { culprits }, 'failed-but-visible');
    for (const culprits of [[], [0], [4], [99]]) expect(verifyCertificate(history, lie(culprits)).ok).toBe(false);
    const failed = writtenHistory([
      [0, 'invoke', 'write', 8],
      [0, 'fail', 'write', 8],
      [1, 'invoke', 'write', 9],
      [1, 'fail', 'write', 9],
      [2, 'invoke', 'read', null],
      [2, 'ok', 'read', 9],
    ]);
    const honest = conviction(failed);
    expect(honest.type).toBe('failed-but-visible');
    expect(verifyCertificate(failed, tampered(honest, { culprits: [0] }))).toMatchObject({ ok: false, why: /would not have made/ });
  });
});
