import { expect, it } from 'vitest';
import type { Value } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { judge } from '../judge.ts';
import { FAMILIES } from '../testing/families.ts';
import { objectHistory } from '../testing/object-history.ts';
import type { SubHistoryCertificate } from './finding.ts';

const REGISTERS = FAMILIES.find(({ name }) => name === 'multi-register')!;

/** With values of a domain, so that wrong reads mostly show what somebody wrote. */
function convictions() {
  const rng = createRng('unseen updates');
  return Array.from({ length: 16 }, (_, i) =>
    objectHistory(rng.fork(i), {
      family: REGISTERS,
      operations: 40,
      clients: 3,
      domain: i % 2 === 0 ? 0 : 12,
      overlap: 1,
      crashed: 0.05,
      corrupted: 0.05,
      failed: 0,
      failRefused: 0,
    }),
  ).flatMap((history) => {
    const result = judge('linearizable', history, REGISTERS.model, undefined, UNLIMITED);
    return result.valid === false ? [{ history, anomaly: result.anomalies[0] }] : [];
  });
}

it('leaves updates that nobody saw out of convictions of several registers, and no others', () => {
  const all = convictions();
  const sizes: number[] = [];
  let tampered = 0;
  for (const { history, anomaly } of all) {
    const data = anomaly.certificate.data as unknown as SubHistoryCertificate;
    sizes.push(data.ops.length);
    expect(verifyCertificate(history, anomaly)).toMatchObject({ ok: true });
    for (const { invoke, input } of data.ops) {
      const isUpdate = (input as readonly Value[][]).some(([f]) => f === 'w');
      if (invoke === data.failing || !isUpdate) continue;
      const without = { ...data, ops: data.ops.filter((op) => op.invoke !== invoke) } as unknown as Value;
      expect(verifyCertificate(history, { ...anomaly, certificate: { ...anomaly.certificate, data: without } })).toMatchObject({ ok: false });
      tampered++;
    }
  }
  sizes.sort((a, b) => a - b);
  expect(all.length).toBeGreaterThan(6);
  expect(sizes[sizes.length >> 1]).toBeLessThanOrEqual(6);
  expect(tampered).toBeGreaterThan(3);
});
