/** Real etcd on machines behind real sshds: clean under faults that were proven, and nothing left on any of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machines, noMachines } from '../../targets/hosts/ssh/machines.test-support.ts';
import { NOTHING_LEFT, RealRuns } from './real-system.test-support.ts';

const missing = noMachines();
const runs = new RealRuns('etcd');
let machines: Machines;

describe.skipIf(missing !== '')(`etcd on ssh${missing && ` (not run: ${missing})`}`, () => {
  beforeAll(() => {
    machines = new Machines(3);
  });
  afterAll(() => {
    runs[Symbol.dispose]();
    machines?.[Symbol.dispose]();
  });

  it('survives kills, pauses and partitions', () => {
    const { status, results } = runs.run('ssh', ...machines.flags, '--faults', 'kill,pause,partition', '--time-limit', '30', '--seed', '7');
    expect([status, results.valid, results.sentence]).toEqual([0, true, 'Every check passed.']);
    const healed = results.faults.filter((fault) => fault.healed);
    expect(healed.length).toBe(results.faults.length);
    expect([...new Set(healed.map((fault) => fault.family))].sort()).toEqual(['kill', 'partition', 'pause']);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    for (const machine of machines.machines) expect(machines.left(machine)).toEqual({ folders: '', tables: '', processes: '' });
  });
});
