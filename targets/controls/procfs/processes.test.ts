import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { identify, isAlive, isStopped, processorNs, processTree, readStat, signal } from './processes.ts';

const linux = process.platform === 'linux';
const EXIT_OF_A_THREAD: Partial<Record<NodeJS.Architecture, number>> = { x64: 60, arm64: 93 };
const exitOfThread = EXIT_OF_A_THREAD[process.arch];
const perl = linux && exitOfThread !== undefined && spawnSync('perl', ['-Mthreads', '-e', '1']).status === 0;

describe.skipIf(!linux)(`processes by /proc${linux ? '' : ' (skipped: not Linux)'}`, () => {
  it('tells a process from another one under the same pid', () => {
    const self = identify(process.pid);
    expect(self).toBeDefined();
    expect(isAlive(self!)).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
    expect(identify(0x7ffffff0)).toBeUndefined();
    expect(readStat(0x7ffffff0)).toBeUndefined();
    expect(processorNs(0x7ffffff0)).toBeUndefined();
    expect(isStopped(0x7ffffff0)).toBe(false);
  });

  it('sees a stopped child and its own child', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo; wait'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    await once(child.stdout, 'data');
    const pid = child.pid!;
    try {
      const tree = processTree(pid);
      expect(tree.length).toBe(2);
      expect(readStat(tree[1]!)?.parent).toBe(pid);
      expect(isStopped(pid)).toBe(false);
      signal(pid, 'SIGSTOP');
      while (!isStopped(pid)) await new Promise((resolve) => setImmediate(resolve));
      const before = processorNs(pid);
      expect(before).toBeGreaterThan(0);
      expect(processorNs(pid)).toBe(before);
    } finally {
      signal(-pid, 'SIGKILL');
    }
    await once(child, 'exit');
    expect(signal(pid, 'SIGTERM')).toBe(false);
  });

  it.skipIf(!perl)(`takes a process for alive whose first thread has ended before the others${perl ? '' : ' (skipped: no perl with threads)'}`, async () => {
    const script = `threads->create(sub { sleep 60 }); syscall(${exitOfThread}, 0)`;
    const child = spawn('perl', ['-Mthreads', '-e', script], { stdio: 'ignore' });
    const self = identify(child.pid!)!;
    try {
      while (readStat(self.pid)?.state !== 'Z') await new Promise((resolve) => setImmediate(resolve));
      expect(isAlive(self)).toBe(true);
    } finally {
      signal(self.pid, 'SIGKILL');
    }
    await once(child, 'exit');
    expect(isAlive(self)).toBe(false);
  });
});
