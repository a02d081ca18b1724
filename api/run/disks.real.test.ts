/** Losses of power of all nodes at once: etcd keeps what it acknowledged unless the disks lie, raftkv unless it has the bug; and nothing stays mounted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capability } from '../../harness/contracts/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const CONFIG = join(import.meta.dirname, 'fixtures/disks.config.ts');
const ORDEAL = join(import.meta.dirname, '../../bin/ordeal.js');
const clock = createRealClock();
const runs = new RealRuns(CONFIG);
const out = mkdtempSync(join(tmpdir(), 'ordeal-disks-'));
afterAll(() => {
  runs[Symbol.dispose]();
  rmSync(out, { recursive: true, force: true });
});

const disk = (await processHost.probe()).get('disk.lose-unsynced' as Capability);
const why = disk?.ok ? '' : ` (not run: ${disk?.found})`;
const spaces = await missing(netns);

const run = (system: string, host: string, test: string): Ran => {
  process.env['ORDEAL_TEST_SYSTEM'] = system;
  return runs.run(host, '--test', test);
};
const mountsBelow = (folder: string): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));

describe.skipIf(!disk?.ok)(`power lost by all nodes at once${why}`, () => {
  it.skipIf(spaces !== '')(`takes nothing from etcd that it acknowledged${spaces && ` (not run: ${spaces})`}`, () => {
    const { status, results } = run('etcd', 'netns', 'honest');
    expect([status, results.valid, results.faults.map(({ family, proven, healed }) => [family, proven, healed])]).toEqual([0, true, [['power', true, true]]]);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('takes it where the disks lie about what they keep: outside what etcd claims', () => {
    const { status, results } = run('etcd', 'process', 'lying');
    expect([status, results.valid]).toEqual([1, false]);
    expect(results.checks.find(({ checker }) => checker === 'set')?.anomalies?.map(({ type }) => type)).toContain('lost');
    expect(results.faults.every(({ proven, healed }) => proven && healed)).toBe(true);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('convicts the store that acknowledges before its log is synced', () => {
    const { status, results } = run('unsynced', 'process', 'honest');
    expect([status, results.valid]).toEqual([1, false]);
    expect(results.checks.find(({ checker }) => checker === 'set')?.anomalies?.map(({ type }) => type)).toContain('lost');
  });

  it('acquits the one that waits, also where pages are torn', () => {
    const { status, results } = run('raftkv', 'process', 'torn');
    expect([status, results.valid, results.reasons]).toEqual([0, true, []]);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('leaves no mount where the harness is killed meanwhile', async () => {
    const child: ChildProcess = spawn(
      process.execPath,
      [ORDEAL, 'run', 'raftkv', '--host', 'process', '--faults', 'power,disk', '--time-limit', '40', '--out', out],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NO_COLOR: '1' } },
    );
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const until = async (condition: () => boolean, patienceMs: number): Promise<boolean> => {
      const end = clock.now() + ms(patienceMs);
      while (!condition() && clock.now() < end) await clock.sleep(ms(50));
      return condition();
    };
    expect(await until(() => said.includes('▓'), 60_000), said).toBe(true);
    expect(mountsBelow(out)).toHaveLength(3);
    child.kill('SIGKILL');
    expect(await until(() => mountsBelow(out).length === 0, 15_000), mountsBelow(out).join('\n')).toBe(true);
  });
});
