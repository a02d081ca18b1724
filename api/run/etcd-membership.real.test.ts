/** Real etcd whose members come and go, together with partitions and kills: clean, and with all its members at the end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('etcd');
afterAll(() => runs[Symbol.dispose]());

const able = await missing(processHost);

describe.skipIf(able !== '')(`etcd on process${able && ` (not run: ${able})`}`, () => {
  it('survives members that leave and join, partitions and kills', () => {
    const { status, results } = runs.run('process', '--faults', 'membership,partition,kill', '--time-limit', '25', '--seed', '2');
    expect([status, results.valid, results.reasons]).toEqual([0, true, []]);
    const families = new Set(results.faults.filter((fault) => fault.proven && fault.healed).map((fault) => fault.family));
    expect([...families].sort()).toEqual(['kill', 'membership', 'partition']);
    const journal = readFileSync(join(runs.folder, 'etcd-register', 'latest', 'faults.jsonl'), 'utf8');
    // what came back is another member than what left: etcd numbers them anew
    expect(journal).toMatch(/"undone".*members by the cluster.s account: n\d \(\d+\), n\d \(\d+\), n\d \(\d+\)"/);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
