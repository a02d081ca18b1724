import { describe, expect, it } from 'vitest';
import type { History, Result } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../../testing/written-history.ts';
import { linearizable } from '../checker.ts';
import { builtInModel } from '../models/catalogue.ts';
import { randomHistory, registerOperations } from '../testing/random-history.ts';
import type { SubHistoryCertificate } from './finding.ts';

const model = builtInModel('cas-register', null);
const check = (history: History, options: object): Result => linearizable.check(history, linearizable.options.parse({ init: null, ...options }), UNLIMITED);
const certificates = (result: Result): SubHistoryCertificate[] =>
  result.valid === false ? result.anomalies.map(({ certificate }) => certificate.data as unknown as SubHistoryCertificate) : [];

describe('the longest linearizable prefix', () => {
  it('is told with nearly every conviction, and the verifier replays it', () => {
    let convicted = 0;
    let told = 0;
    for (let i = 0; i < 600; i++) {
      const history = randomHistory(createRng('prefix').fork(i), { model, ...registerOperations(3), operations: 8, crashed: 0.2, corrupted: 0.3, overlap: 4 });
      const result = check(history, { failedCas: i % 2 === 0 ? 'noop' : 'observation' });
      if (result.valid !== false) continue;
      for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly)).toMatchObject({ ok: true });
      for (const { prefix, states } of certificates(result)) {
        convicted++;
        if (prefix === undefined) continue;
        told++;
        expect(prefix.refusals.map(({ state }) => state)).toEqual(states);
      }
    }
    expect(convicted).toBeGreaterThan(100);
    expect(told / convicted).toBeGreaterThan(0.9);
  });

  const before: WrittenEvent[] = [
    [0, 'invoke', 'write', 5],
    [0, 'ok', 'write', 5],
    [0, 'invoke', 'write', 7],
    [0, 'ok', 'write', 7],
  ];

  it.each<[string, WrittenEvent['2'], WrittenEvent['3'], WrittenEvent['1'], WrittenEvent['3'], string]>([
    ['a read', 'read', null, 'ok', 5, 'a read returns 7, not 5'],
    ['a cas', 'cas', [5, 9], 'ok', [5, 9], 'a cas finds 7, not 5'],
    ['a cas that failed', 'cas', [7, 9], 'fail', [7, 9], 'a cas finds 7 and is not refused'],
  ])('says why %s cannot happen there', (_name, f, input, type, output, why) => {
    const events: WrittenEvent[] = [...before, [1, 'invoke', f, input], [1, type, f, output]];
    const [certificate] = certificates(check(writtenHistory(events), { failedCas: 'observation' }));
    expect(certificate?.prefix).toMatchObject({ order: expect.arrayContaining([{ invoke: 2, state: 7 }]), refusals: [{ state: 7, why }] });
  });

  it('says it of other objects too', () => {
    const events: WrittenEvent[] = [
      [0, 'invoke', 'append', 'b'],
      [0, 'ok', 'append', 'b'],
      [0, 'invoke', 'append', 'a'],
      [0, 'ok', 'append', 'a'],
      [1, 'invoke', 'get', null],
      [1, 'ok', 'get', 'b'],
    ];
    const [certificate] = certificates(check(writtenHistory(events), { model: 'kv', init: '' }));
    const order = [
      { invoke: 0, state: 'b' },
      { invoke: 2, state: 'ba' },
    ];
    expect(certificate?.prefix).toMatchObject({ init: '', order, settled: 2, refusals: [{ state: 'ba', why: 'a get cannot give "b"' }] });
  });
});
