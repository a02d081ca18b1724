import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { identify, isAlive, isStopped, processTree, signal } from '../procfs/processes.ts';
import { undoProcessKill, undoProcessPause } from './process-undo.ts';
import { continueTree, killTree, stopTree } from './signals.ts';

const linux = process.platform === 'linux';
const clock = createRealClock();
const never = new AbortController().signal;
const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) signal(-pid, 'SIGKILL');
});

/** A shell with two children, one of which has left its group. */
const family = async () => {
  const child = spawn('sh', ['-c', 'sleep 1000 & setsid sleep 1001 & echo; wait'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  await once(child.stdout, 'data');
  const root = identify(child.pid!)!;
  while (processTree(root.pid).length < 3) await clock.sleep(1_000_000 as Parameters<typeof clock.sleep>[0]);
  const all = processTree(root.pid).map((pid) => identify(pid)!);
  started.push(...all.map(({ pid }) => pid));
  return { root, all };
};

describe.skipIf(!linux)(`signals to a process and its descendants${linux ? '' : ' (skipped: not Linux)'}`, () => {
  it('stop all, continue all, end all, also those that left the group', async () => {
    const { root, all } = await family();
    await stopTree(root, clock);
    await stopTree(root, clock);
    expect(all.map(({ pid }) => isStopped(pid))).toEqual([true, true, true]);
    continueTree(root);
    expect(all.map(({ pid }) => isStopped(pid))).toEqual([false, false, false]);
    await stopTree(root, clock);
    await killTree(root, clock);
    expect(all.map(isAlive)).toEqual([false, false, false]);
    await stopTree(root, clock);
    continueTree(root);
    await killTree(root, clock);
  });

  it('never reach another process under the same pid', async () => {
    const { root, all } = await family();
    const stale = { pid: root.pid, startTime: '1' };
    await killTree(stale, clock);
    await stopTree(stale, clock);
    expect(all.map(isAlive)).toEqual([true, true, true]);
    expect(isStopped(root.pid)).toBe(false);
  });

  it('undo a pause offline by what the journal says, again and again, and only of the very process', async () => {
    const { root } = await family();
    const change = (process: object) =>
      JSON.parse(JSON.stringify({ id: 'p', kind: 'process.pause', nodes: ['n1'], params: {}, undo: { processes: [{ node: 'n1', ...process }] } }));
    await stopTree(root, clock);
    await undoProcessPause(change({ ...root, startTime: '1' }), never);
    expect(isStopped(root.pid)).toBe(true);
    await undoProcessKill(change(root), never);
    expect(isStopped(root.pid)).toBe(true);
    await undoProcessPause(change(root), never);
    await undoProcessPause(change(root), never);
    expect(isStopped(root.pid)).toBe(false);
    await undoProcessPause(change({ pid: 0x7ffffff0, startTime: '1' }), never);
  });
});
