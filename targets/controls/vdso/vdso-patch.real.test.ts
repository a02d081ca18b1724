import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Change, ClockParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import type { NodeProcesses, StartHook } from '../process-signals/node-processes.ts';
import { identify, isStopped, signal } from '../procfs/processes.ts';
import { createClockControl } from './clock-control.ts';
import { type OffsetRange, offsetRange } from './clock-probe.ts';
import { undoVdsoClock } from './clock-undo.ts';
import { markerOf } from './stub.ts';
import { trueTime } from './true-time.ts';
import { probeVdso } from './vdso-capability.ts';
import { patchedBy, readOwnLayout, restoreClocks, setClocks } from './vdso-patch.ts';

const capability = await probeVdso();
const clock = createRealClock();
const HOUR = 3_600_000_000_000;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
});

const start = (file: string, args: string[]) => {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  children.push(child);
  return child;
};
/** A child that tells its clocks, wall ms and monotonic ns, for every line it is sent. */
const teller = async () => {
  const child = start(process.execPath, ['-e', 'process.stdin.on("data", () => console.log(Date.now(), Number(process.hrtime.bigint())))']);
  /** How far its clocks are from true, in ms: ranges, for the exchange takes time. */
  const tell = async () => {
    const before = trueTime();
    child.stdin.write('\n');
    const [wall = 0, monotonic = 0] = String((await once(child.stdout as Readable, 'data'))[0])
      .trim()
      .split(' ')
      .map(Number);
    const after = trueTime();
    return {
      said: wall,
      wall: offsetRange(Number(before.wallNs) / 1e6, Number(after.wallNs) / 1e6, wall, 1),
      monotonic: offsetRange(Number(before.monotonicNs) / 1e6, Number(after.monotonicNs) / 1e6, monotonic / 1e6, 0),
    };
  };
  await tell();
  return { pid: child.pid!, tell };
};
const layout = capability.ok ? readOwnLayout() : undefined;
const marker = markerOf('a-run');
const setting = (wallMs: number, wallPpm: number, monotonicMs: number, monotonicPpm: number) => {
  const now = trueTime();
  return {
    wall: { offsetNs: BigInt(wallMs) * 1_000_000n, sinceNs: now.wallNs, ppm: wallPpm },
    monotonic: { offsetNs: BigInt(monotonicMs) * 1_000_000n, sinceNs: now.monotonicNs, ppm: monotonicPpm },
  };
};
const restore = (pid: number) => restoreClocks(pid, layout!.blockAt, layout!.entries, marker.toString('hex'), clock);
/** The range allows an offset between these. */
const expectOffset = (range: OffsetRange, least: number, most = least) => {
  expect(range.least).toBeLessThanOrEqual(most);
  expect(range.most).toBeGreaterThanOrEqual(least);
};

describe.skipIf(!capability.ok)(`the patched vDSO (${capability.ok ? 'here' : `skipped: ${capability.found}`})`, () => {
  it('moves either clock by any amount, both ways, again and again, and gives true time back', async () => {
    const { pid, tell } = await teller();
    for (const [wall, monotonic] of [
      [3_600_000, 0],
      [-86_400_000, 0],
      [0, 1_000_000],
      [-100_500, -7_000],
      [5_000, 5_000],
    ] as const) {
      await setClocks(pid, layout!, marker, setting(wall, 0, monotonic, 0), clock);
      expect(patchedBy(pid, layout!)).toBe(marker.toString('hex'));
      const got = await tell();
      expectOffset(got.wall, wall);
      expectOffset(got.monotonic, monotonic);
    }
    await restore(pid);
    await restore(pid);
    expect(patchedBy(pid, layout!)).toBeUndefined();
    const got = await tell();
    expectOffset(got.wall, 0);
    expectOffset(got.monotonic, 0);
  });

  it('lets a clock drift, also the monotonic one, also backwards', async () => {
    const { pid, tell } = await teller();
    const earliest = clock.now();
    await setClocks(pid, layout!, marker, setting(0, 2_000_000, 0, -500_000), clock);
    const latest = clock.now();
    await clock.sleep(ms(1_500));
    const least = (clock.now() - latest) / 1e6;
    const { wall, monotonic } = await tell();
    const most = (clock.now() - earliest) / 1e6;
    expectOffset(wall, 2 * least, 2 * most);
    expectOffset(monotonic, -most / 2, -least / 2);
  });

  it('makes a clock swing by itself, and stand still to the millisecond', async () => {
    const { pid, tell } = await teller();
    const still = setting(0, 0, 0, 0);
    const strobe = { halfNs: 150_000_000n, amplitudeNs: -7_200_000_000_000n };
    await setClocks(pid, layout!, marker, { ...still, wall: { ...still.wall, strobe } }, clock);
    const sides = new Set<string>();
    for (let i = 0; i < 60 && sides.size < 2; i++) {
      const got = await tell();
      const swings = got.wall.most < -3_600_000;
      sides.add(swings ? 'swing' : 'rest');
      expectOffset(got.wall, swings ? -7_200_000 : 0);
      expectOffset(got.monotonic, 0);
      await clock.sleep(ms(37));
    }
    expect([...sides].sort()).toEqual(['rest', 'swing']);
    await setClocks(pid, layout!, marker, setting(0, -1_000_000, 0, 0), clock);
    const { said } = await tell();
    await clock.sleep(ms(300));
    expect((await tell()).said).toBe(said);
    await restore(pid);
    expectOffset((await tell()).wall, 0);
  });

  it('survives being put in and taken out of threads that do nothing but read clocks', async () => {
    const source = `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
      if (isMainThread) { for (let i = 0; i < 3; i++) new Worker(__filename).on('message', (m) => { console.log(m); }); }
      else { let last = 0; for (;;) { const now = Date.now(); const rest = Math.abs(now - last) % 3.6e6; if (last && rest > 2e4 && rest < 3.58e6) { parentPort.postMessage('bad ' + (now - last)); } last = now; } }`;
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/ordeal-vdso-');
    writeFileSync(`${folder}/spin.cjs`, source);
    const child = start(process.execPath, [`${folder}/spin.cjs`]);
    let said = '';
    (child.stdout as Readable).on('data', (text) => {
      said += text;
    });
    await clock.sleep(ms(500));
    for (let i = 0; i < 30; i++) {
      await setClocks(child.pid!, layout!, marker, setting(i % 2 === 0 ? 3_600_000 : -3_600_000, 0, 0, 0), clock);
      await restore(child.pid!);
    }
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
    expect(said).toBe('');
    rmSync(folder, { recursive: true });
  });

  it('keeps a paused process paused', async () => {
    const { pid, tell } = await teller();
    signal(pid, 'SIGSTOP');
    while (!isStopped(pid)) await clock.sleep(ms(1));
    await setClocks(pid, layout!, marker, setting(3_600_000, 0, 0, 0), clock);
    expect(isStopped(pid)).toBe(true);
    signal(pid, 'SIGCONT');
    expectOffset((await tell()).wall, 3_600_000);
  });

  it('gives up on a process that is gone', async () => {
    expect(await setClocks(0x7ffffff0, layout!, marker, setting(1, 0, 0, 0), clock)).toBe(false);
    await restore(0x7ffffff0);
  });
});

describe.skipIf(!capability.ok)(`the control of clocks (${capability.ok ? 'here' : `skipped: ${capability.found}`})`, () => {
  const n1 = 'n1' as NodeId;
  const controlOver = (pid: number, runId = 'a-run') => {
    const hooks: StartHook[] = [];
    const processes = {
      nodes: [n1],
      identity: () => identify(pid),
      beforeServing: (hook: StartHook) => void hooks.push(hook),
      contact: async () => ({ reply: 'answered' }),
      exclusively: (_node: NodeId, action: () => Promise<unknown>) => action(),
    } as unknown as NodeProcesses;
    return { control: createClockControl(processes, clock, runId), hooks };
  };
  const jump = (offset: number): ClockParams => ({ type: 'jump', nodes: [n1], offset: offset as Ns, scope: 'wall' });

  it('follows what the node starts', async () => {
    const shell = start('sh', ['-c', 'read line; sleep 1000 & sh -c "while read line; do date +%s; done"']);
    const { control } = controlOver(shell.pid!);
    const change = control.plan('c', jump(HOUR));
    await control.apply(change);
    (shell.stdin as Writable).write('\n');
    const node = start(process.execPath, ['-e', '0']);
    await once(node, 'exit');
    // date is started by a shell that was started after the jump; it is too short to be caught itself, the shell is not.
    const patched = async (): Promise<number> => {
      const { processTree } = await import('../procfs/processes.ts');
      return processTree(shell.pid!).filter((pid) => patchedBy(pid, layout!) !== undefined).length;
    };
    for (let i = 0; i < 200 && (await patched()) < 3; i++) await clock.sleep(ms(20));
    expect(await patched()).toBe(3);
    await control.undo(change);
    expect(await patched()).toBe(0);
  });

  it('is undone offline: processes by name, others by the marker, nobody else’s', async () => {
    const [one, restarted, foreign] = await Promise.all([teller(), teller(), teller()]);
    const { control, hooks } = controlOver(one.pid);
    const other = controlOver(foreign.pid, 'another-run');
    const change: Change = control.plan('c', jump(HOUR));
    const theirs = other.control.plan('c', jump(HOUR));
    await control.apply(change);
    await other.control.apply(theirs);
    for (const hook of hooks) await hook(n1, identify(restarted.pid)!);
    expectOffset((await restarted.tell()).wall, 3_600_000);
    const journalled = JSON.parse(JSON.stringify(change)) as Change;
    await undoVdsoClock(journalled, new AbortController().signal);
    await undoVdsoClock(journalled, new AbortController().signal);
    expectOffset((await one.tell()).wall, 0);
    expectOffset((await restarted.tell()).wall, 0);
    expectOffset((await foreign.tell()).wall, 3_600_000);
  });

  it.each<ClockParams>([
    { type: 'drift', nodes: [n1], ppm: 900_000, scope: 'both' },
    { type: 'strobe', nodes: [n1], amplitude: HOUR as Ns, half: 50_000_000 as Ns, scope: 'both' },
    { type: 'freeze', nodes: [n1], scope: 'wall' },
  ])('is undone offline, whatever the clock does: $type', async (params) => {
    const { pid, tell } = await teller();
    const { control } = controlOver(pid);
    const change = control.plan('c', params);
    await control.apply(change);
    await undoVdsoClock(JSON.parse(JSON.stringify(change)) as Change, new AbortController().signal);
    for (let i = 0; i < 4; i++) {
      const { wall, monotonic } = await tell();
      expectOffset(wall, 0);
      expectOffset(monotonic, 0);
      await clock.sleep(ms(40));
    }
  });

  it('claims no proof where the node does not tell its clock', async () => {
    const { pid } = await teller();
    const { control } = controlOver(pid);
    const change = control.plan('c', jump(HOUR));
    expect(await control.probe(change, 'applied')).toMatchObject({ holds: false });
    await control.apply(change);
    expect(await control.probe(change, 'applied')).toMatchObject({ holds: true, independent: false });
    await control.undo(change);
  });
});
