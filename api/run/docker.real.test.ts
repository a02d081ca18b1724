/** Real etcd in containers: the same verdicts as on other hosts, and nothing left behind, whoever ends the run. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { openChanges } from '../../nemesis/journal/open-changes.ts';
import { readJournal } from '../../nemesis/journal/reader.ts';
import { namesAtEngine } from '../../targets/hosts/docker/engine.ts';
import { docker } from '../../targets/hosts/docker/index.ts';
import { missing, NOTHING_LEFT, RealRuns } from './real-system.test-support.ts';

const ORDEAL = join(import.meta.dirname, '../../bin/ordeal.js');
const able = await missing(docker);
const runs = new RealRuns('etcd');
afterAll(() => runs[Symbol.dispose]());
const clock = createRealClock();
const seed = freshSeed();

async function until(condition: () => Promise<boolean> | boolean, patienceMs: number): Promise<boolean> {
  const end = clock.now() + ms(patienceMs);
  while (!(await condition())) {
    if (clock.now() >= end) return false;
    await clock.sleep(ms(100));
  }
  return true;
}
const left = async (): Promise<readonly string[]> => namesAtEngine(runs.runIds());

describe.skipIf(able !== '')(`etcd on docker${able && ` (not run: ${able})`}`, () => {
  it('survives partitions, kills, pauses and clock faults', async () => {
    const { status, results } = runs.run('docker', '--nodes', '3', '--faults', 'partition,kill,pause,clock', '--time-limit', '30', '--seed', '7');
    expect([status, results.valid, results.sentence]).toEqual([0, true, 'Every check passed.']);
    const families = new Set(results.faults.filter((fault) => fault.proven && fault.healed).map((fault) => fault.family));
    expect([...families].sort()).toEqual(['clock', 'kill', 'partition', 'pause']);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    expect(await left()).toEqual([]);
  });

  it('is convicted of stale reads where reads are serializable', async () => {
    const { status, results } = runs.run('docker', '--reads', 'serializable', '--faults', 'partition', '--time-limit', '30', '--seed', '3');
    expect([status, results.valid]).toEqual([1, false]);
    const linearizable = results.checks.find((check) => check.checker === 'linearizable');
    for (const { type } of linearizable?.anomalies ?? []) expect(['stale-read', 'lost-write', 'nonlinearizable']).toContain(type);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    expect(await left()).toEqual([]);
  });

  it(`leaves nothing behind when the harness is killed, and a history that can be judged (seed ${seed})`, async () => {
    const argv = [ORDEAL, 'run', 'etcd', '--host', 'docker', '--faults', 'partition,kill,pause,clock', '--time-limit', '60', '--seed', '5'];
    const child = spawn(process.execPath, [...argv, '--out', runs.folder], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const before = new Set(globSync(join(runs.folder, 'etcd-register', '2*')));
    expect(await until(() => /workload/.test(said), 60_000), said).toBe(true);
    await clock.sleep(ms(createRng(seed).int(2_500, 9_000)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await until(async () => (await left()).length === 0, 30_000), String(await left())).toBe(true);
    expect(await until(() => runs.leftovers().processes.length === 0, 15_000)).toBe(true);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    const folder = globSync(join(runs.folder, 'etcd-register', '2*')).find((path) => !before.has(path)) as string;
    const open = (): readonly unknown[] => openChanges(readJournal(join(folder, 'faults.jsonl')).entries);
    expect(await until(() => open().length === 0, 15_000), JSON.stringify(open())).toBe(true);
    const checked = spawnSync(process.execPath, [ORDEAL, 'check', folder, '--model', 'cas-register', '--init', 'null', '--json'], { encoding: 'utf8' });
    expect([JSON.parse(checked.stdout)[0].valid, checked.status], readFileSync(join(folder, 'history.jsonl'), 'utf8').slice(0, 500)).toEqual([true, 0]);
  });
});
