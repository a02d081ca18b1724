/**
 * Real PostgreSQL by its levels of isolation: each keeps what is documented of it, and is convicted by the model that it
 * does not promise. Contention is the workload's own: there are no faults.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('postgres');
afterAll(() => runs[Symbol.dispose]());

const HOSTS = [
  { host: 'netns', able: await missing(netns) },
  { host: 'process', able: await missing(processHost) },
];

const TRANSACTIONS = ['--rate', '1000', '--concurrency', '20', '--time-limit', '6'];
/** So much of it that a slow machine shows what there is to show. */
const CONTENDED = ['--keys', '4', '--min-ops', '2', ...TRANSACTIONS];

/** Serializable transactions that look for rows and insert some fail by the half: few clients leave enough of them. */
const PREDICATES = ['--rate', '1000', '--concurrency', '12', '--time-limit', '5'];

interface Found {
  readonly status: number | null;
  readonly types: ReadonlySet<string>;
  readonly refuted: ReadonlySet<string>;
}

/** What the checker of isolation found, in a run that was worth judging. */
function isolationOf({ status, results }: Ran, least = 300): Found {
  expect(results.counts.ok).toBeGreaterThanOrEqual(least);
  const check = results.checks.find(({ checker }) => checker === 'isolation');
  const { not = [], alsoNot = [] } = (check?.stats ?? {}) as { not?: string[]; alsoNot?: string[] };
  return { status, types: new Set(check?.anomalies?.map(({ type }) => type)), refuted: new Set([...not, ...alsoNot]) };
}

for (const { host, able } of HOSTS) {
  describe.skipIf(able !== '')(`PostgreSQL on ${host}${able && ` (not run: ${able})`}`, () => {
    it('loses updates at READ COMMITTED', () => {
      const { status, types } = isolationOf(runs.run(host, '--isolation', 'read-committed', '--consistency-model', 'repeatable-read', ...CONTENDED));
      expect(status).toBe(1);
      expect(types).toContain('lost-update');
    });

    it('skews writes at REPEATABLE READ, and loses no update', () => {
      const { status, types, refuted } = isolationOf(runs.run(host, '--isolation', 'repeatable-read', '--consistency-model', 'serializable', ...CONTENDED));
      expect(status).toBe(1);
      expect([...types]).toEqual(['G2-item']);
      expect(refuted).not.toContain('snapshot-isolation');
    });

    it('is clean at SERIALIZABLE', () => {
      const ran = runs.run(host, '--isolation', 'serializable', ...TRANSACTIONS);
      expect([isolationOf(ran).status, ran.results.reasons]).toEqual([0, []]);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    });
  });
}

describe.skipIf(HOSTS[1]?.able !== '')('PostgreSQL judged by what it documents, on process', () => {
  it.each(['read-committed', 'repeatable-read'])('%s holds', (isolation) => {
    const ran = runs.run('process', '--isolation', isolation, ...TRANSACTIONS);
    expect([isolationOf(ran).status, ran.results.reasons]).toEqual([0, []]);
  });

  it('loses updates of registers at READ COMMITTED as well', () => {
    const registers = ['--workload', 'rw-register', '--consistency-model', 'snapshot-isolation', ...CONTENDED];
    const { status, types } = isolationOf(runs.run('process', '--isolation', 'read-committed', ...registers));
    expect(status).toBe(1);
    expect(types).toContain('lost-update');
  });

  it('skews writes of pairs at REPEATABLE READ, and not at SERIALIZABLE', () => {
    const skew = ['--workload', 'write-skew', '--consistency-model', 'serializable', ...TRANSACTIONS];
    const skewed = isolationOf(runs.run('process', '--isolation', 'repeatable-read', ...skew));
    expect([skewed.status, [...skewed.types]]).toEqual([1, ['G2-item']]);
    expect(isolationOf(runs.run('process', '--isolation', 'serializable', ...skew)).status).toBe(0);
  });

  it('skews writes by a predicate at REPEATABLE READ, and not at SERIALIZABLE', () => {
    const skew = ['--workload', 'predicate', '--consistency-model', 'serializable', ...PREDICATES];
    const skewed = isolationOf(runs.run('process', '--isolation', 'repeatable-read', ...skew), 100);
    expect(skewed.status).toBe(1);
    expect([...skewed.types]).toContain('G2');
    expect(skewed.refuted).not.toContain('snapshot-isolation');
    const clean = runs.run('process', '--isolation', 'serializable', ...skew);
    expect([isolationOf(clean, 100).status, clean.results.reasons]).toEqual([0, []]);
  });

  it('makes or loses money at READ COMMITTED, where transfers read and write back', () => {
    const { status, results } = runs.run('process', '--isolation', 'read-committed', '--workload', 'bank', ...TRANSACTIONS);
    expect(status).toBe(1);
    expect(results.checks.find(({ checker }) => checker === 'bank')?.anomalies?.map(({ type }) => type)).toContain('wrong-total');
  });

  it('keeps the total of a bank at SERIALIZABLE', () => {
    const { status, results } = runs.run('process', '--isolation', 'serializable', '--workload', 'bank', ...TRANSACTIONS);
    expect([status, results.reasons]).toEqual([0, []]);
    expect(results.counts.ok).toBeGreaterThanOrEqual(300);
  });

  it('shows no long fork at REPEATABLE READ', () => {
    expect(isolationOf(runs.run('process', '--isolation', 'repeatable-read', '--workload', 'long-fork', ...TRANSACTIONS)).status).toBe(0);
  });
});
