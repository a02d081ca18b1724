/** `netns` for an ordinary user: faults in a user namespace bite and are healed, and nothing is left, also after kill -9. Another user looks. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../../harness/store/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { openChanges } from '../../nemesis/journal/open-changes.ts';
import { readJournal } from '../../nemesis/journal/reader.ts';
import { whyNone } from '../../targets/hosts/netns/user-namespace.ts';
import { etcd } from '../../targets/systems/etcd/index.ts';

const ORDEAL = join(import.meta.dirname, '../../bin/ordeal.js');
const root = process.getuid?.() === 0;
/** Nobody: no rights, no groups, no home. */
const uid = root ? 65_534 : (process.getuid?.() ?? -1);
const asUser = root ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'] : [];
const clock = createRealClock();

/** Tried by that user, with the programs themselves: not by what is tested here. */
function lacking(): string {
  if (process.platform !== 'linux') return 'not Linux';
  const [read, ...reading] = [...asUser, process.execPath, ORDEAL, '--version'];
  if (spawnSync(read!, reading, { stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: tmpdir() } }).status !== 0)
    return 'the user cannot read this checkout';
  const [command, ...argv] = [...asUser, 'unshare', '--user', '--map-root-user', '--net', '--mount', '--', 'nft', 'add', 'table', 'bridge', 'ordeal'];
  const tried = spawnSync(command!, argv, { encoding: 'utf8' });
  return tried.status === 0 ? '' : whyNone(tried.stderr ?? String(tried.error), () => undefined).found;
}

const why = lacking();
let home: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  if (why !== '') return;
  home = mkdtempSync(join(tmpdir(), 'ordeal-rootless-'));
  mkdirSync(join(home, 'bin'));
  const found = (await etcd.provision(etcd.options.parse({}), new AbortController().signal)) as { readonly etcd: string };
  copyFileSync(found.etcd, join(home, 'bin', 'etcd'));
  chmodSync(join(home, 'bin', 'etcd'), 0o755);
  for (const path of [home, join(home, 'bin')]) chownSync(path, uid, root ? uid : (process.getgid?.() ?? -1));
  // as an ordinary user has it: without sbin
  environment = {
    PATH: [join(home, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    TMPDIR: home,
    NO_COLOR: '1',
  };
});
afterAll(() => why === '' && rmSync(home, { recursive: true, force: true }));

function start(name: string, ...options: string[]): ChildProcess & { said(): string } {
  const [command, ...argv] = [...asUser, process.execPath, ORDEAL, 'run', 'etcd', '--host', 'netns', '--nodes', '3', ...options, '--out', join(home, name)];
  const child = spawn(command!, argv, { cwd: home, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return Object.assign(child, { said: () => said });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve(child.exitCode) : child.once('exit', resolve)));

async function until(condition: () => boolean, patienceMs: number): Promise<boolean> {
  const end = clock.now() + ms(patienceMs);
  while (!condition()) {
    if (clock.now() >= end) return false;
    await clock.sleep(ms(50));
  }
  return true;
}

/** The user's processes in other namespaces than ours, and whatever names the folder: seen from outside. */
function left(): readonly string[] {
  const ours = readlinkSync('/proc/self/ns/user');
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || pid === String(process.pid) || statSync(`/proc/${pid}`).uid !== uid) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      return command.includes(home) || (root && readlinkSync(`/proc/${pid}/ns/user`) !== ours) ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}
const mountsLeft = (): readonly string[] =>
  readFileSync('/proc/self/mounts', 'latin1')
    .split('\n')
    .filter((line) => /ordeal-run|ordeal-rootless/.test(line));
const folderOf = (name: string): string => globSync(join(home, name, 'etcd-register', '*-*'))[0] as string;

describe.skipIf(why !== '')(`netns for an ordinary user${why && ` (not run: ${why})`}`, () => {
  it('cuts, moves clocks, heals, and leaves files that are the user’s', async () => {
    const run = start('whole', '--faults', 'partition,clock', '--time-limit', '11', '--rate', '60', '--seed', '7', '--json');
    expect(await ended(run), run.said()).toBe(0);
    const results = JSON.parse(run.said()) as RunResults;
    expect([results.valid, results.sentence]).toEqual([true, 'Every check passed.']);
    const families = new Set(results.faults.filter(({ proven, healed }) => proven && healed).map(({ family }) => family));
    expect([...families].sort()).toEqual(['clock', 'partition']);
    for (const path of globSync(join(folderOf('whole'), '**'))) expect(statSync(path).uid, path).toBe(uid);
    expect([left(), mountsLeft()]).toEqual([[], []]);
  });

  it('is healed by its watchdog and gone after kill -9 of the harness', async () => {
    const run = start('killed', '--faults', 'pause', '--time-limit', '60', '--seed', '4');
    expect(await until(() => /▓/.test(run.said()), 40_000), run.said()).toBe(true);
    // they are where the sweep looks
    expect(left().filter((line) => line.includes('/bin/etcd'))).toHaveLength(3);
    run.kill('SIGKILL');
    await ended(run);
    expect(await until(() => left().length === 0, 10_000), left().join('\n')).toBe(true);
    expect(mountsLeft()).toEqual([]);
    const { entries } = readJournal(join(folderOf('killed'), 'faults.jsonl'));
    expect(openChanges(entries)).toEqual([]);
    expect(entries.filter((entry) => entry.type === 'undone').at(-1)).toMatchObject({ by: 'watchdog' });
  });

  it('stops, heals and judges on SIGINT', async () => {
    const run = start('stopped', '--faults', 'kill', '--time-limit', '60', '--seed', '4');
    expect(await until(() => /▓/.test(run.said()), 40_000), run.said()).toBe(true);
    run.kill('SIGINT');
    expect(await ended(run), run.said()).toBe(130);
    expect(run.said()).toMatch(/SIGINT: stopping and healing.*░ kill-1\S* {2}healed.*✓ linearizable/s);
    expect([left(), mountsLeft()]).toEqual([[], []]);
  });
});
