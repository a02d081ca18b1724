/** `kill -9` of the harness at any moment of a real run: everything comes back, and the history up to then can be judged. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capability } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { openChanges } from '../../nemesis/journal/open-changes.ts';
import { readJournal } from '../../nemesis/journal/reader.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { missing } from './real-system.test-support.ts';

const ORDEAL = join(import.meta.dirname, '../../bin/ordeal.js');
const KILLS = Number(process.env['ORDEAL_KILLS'] ?? 20);
const clock = createRealClock();
const probed = await netns.probe();
const lacking = await missing(netns);
const able = lacking === '';
const why = able ? '' : ` (not run: ${lacking})`;
const has = (capability: string): boolean => probed.get(capability as Capability)?.ok === true;
/** Those of the network and of processes; links are shaped where the machine has TUN devices. Disks have a test of their own. */
const FAMILIES = ['partition', 'kill', 'pause', 'clock', ...(has('net.shape') ? ['network'] : [])].join(',');
const seed = freshSeed();
const rng = createRng(seed).fork('kill-nine');

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'ordeal-kill-nine-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

function startRun(name: string, runSeed: number, timeLimitS: number): { readonly child: ChildProcess; readonly folder: string; said(): string } {
  const folder = join(out, name);
  const faults = ['--faults', FAMILIES, '--time-limit', String(timeLimitS)];
  const child = spawn(process.execPath, [ORDEAL, 'run', 'etcd', '--host', 'netns', ...faults, '--seed', String(runSeed), '--out', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, folder, said: () => said };
}

const runFolderIn = (folder: string): string => globSync(join(folder, 'etcd-register', '*-*'))[0] as string;
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve(child.exitCode) : child.once('exit', (code) => resolve(code))));

async function until(condition: () => boolean, patienceMs: number): Promise<boolean> {
  const end = clock.now() + ms(patienceMs);
  while (!condition()) {
    if (clock.now() >= end) return false;
    await clock.sleep(ms(50));
  }
  return true;
}

/** Processes that were started with something of that folder in their arguments. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(folder);
      } catch {
        return false;
      }
    });
}

const namespaces = (): string[] => (existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => name.startsWith('ordeal-')) : []);

/** Kills a run some time after its workload has begun. */
async function killedRun(nth: number): Promise<string> {
  const run = startRun(`kill-${nth}`, rng.fork('seed').fork(nth).int(1, 1e6), 60);
  expect(await until(() => /workload/.test(run.said()), 60_000), run.said()).toBe(true);
  await clock.sleep(ms(rng.fork('moment').fork(nth).int(200, 9_000)));
  run.child.kill('SIGKILL');
  await ended(run.child);
  return runFolderIn(run.folder);
}

/** What a killed run is to leave: no processes, no open changes, and a history that can be judged. */
async function expectHealed(folder: string): Promise<void> {
  expect(await until(() => processesOf(folder).length === 0, 10_000), `still there: ${processesOf(folder).join(' ')}`).toBe(true);
  const open = (): readonly unknown[] => openChanges(readJournal(join(folder, 'faults.jsonl')).entries);
  expect(await until(() => open().length === 0, 10_000), JSON.stringify(open())).toBe(true);

  const checked = spawnSync(process.execPath, [ORDEAL, 'check', folder, '--model', 'cas-register', '--init', 'null', '--json'], { encoding: 'utf8' });
  const [line] = JSON.parse(checked.stdout) as [{ valid: unknown; ops: number }];
  expect([line.valid, checked.status]).toEqual([true, 0]);
  expect(line.ops).toBeGreaterThan(10);
}

describe.skipIf(!able)(`kill -9 of the harness${why}`, () => {
  it.each(Array.from({ length: Math.ceil(KILLS / 2) }, (_, i) => 2 * i + 1))(
    `leaves nothing behind and a history that can be judged, two runs side by side, kill %i and the next of ${KILLS} (seed ${seed})`,
    async (nth) => {
      const before = new Set(namespaces());
      const folders = await Promise.all([killedRun(nth), killedRun(nth + 1)]);
      for (const folder of folders) await expectHealed(folder);
      const left = (): string[] => namespaces().filter((name) => !before.has(name));
      expect(await until(() => left().length === 0, 10_000), `still there: ${left().join(' ')}`).toBe(true);
    },
  );

  it('does not harm a run beside it', async () => {
    const before = new Set(namespaces());
    const victim = startRun('victim', 11, 60);
    const other = startRun('other', 12, 35);
    expect(await until(() => /workload/.test(victim.said()) && /workload/.test(other.said()), 40_000), victim.said() + other.said()).toBe(true);
    await clock.sleep(ms(8_000));
    victim.child.kill('SIGKILL');
    // two clusters on a small machine: a window without an acknowledged write makes a verdict unknown, which is no harm done
    expect([0, 2], other.said()).toContain(await ended(other.child));
    expect(other.said()).toMatch(/✓ linearizable/);
    await ended(victim.child);
    const left = (): string[] => namespaces().filter((name) => !before.has(name));
    expect(await until(() => left().length === 0, 10_000), left().join(' ')).toBe(true);
  });
});
