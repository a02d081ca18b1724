/** What a FUSE disk costs: the same work in a folder and on a disk mounted over another one. `npx node bench/disk.ts`, as root. */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, statSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '../harness/contracts/index.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_S } from '../harness/time/units.ts';
import { NodeDisks } from '../targets/controls/fuse/node-disks.ts';

const clock = createRealClock();
const ROUNDS = 3;
const small = Buffer.alloc(4_096, 1);
const large = Buffer.alloc(1 << 17, 2);

/** Each does its work so many times in that folder. */
const WORK: Readonly<Record<string, readonly [times: number, work: (folder: string, times: number) => void]>> = {
  'writes of 128 KiB': [800, (folder, times) => onFile(folder, 'w', (fd) => repeat(times, (i) => writeSync(fd, large, 0, large.length, i * large.length)))],
  'writes of 4 KiB over old data': [
    10_000,
    (folder, times) => onFile(folder, 'r+', (fd) => repeat(times, (i) => writeSync(fd, small, 0, small.length, (i % 2_000) * small.length))),
  ],
  'appends of 100 bytes with fsync': [
    3_000,
    (folder, times) =>
      onFile(folder, 'a', (fd) =>
        repeat(times, () => {
          writeSync(fd, small, 0, 100);
          fsyncSync(fd);
        }),
      ),
  ],
  'reads of 4 KiB, cached': [
    20_000,
    (folder, times) => onFile(folder, 'r', (fd) => repeat(times, (i) => readSync(fd, small, 0, small.length, (i % 2_000) * small.length))),
  ],
  'files made, written, removed': [
    1_000,
    (folder, times) =>
      repeat(times, (i) => {
        writeFileSync(join(folder, `f${i}`), small);
        unlinkSync(join(folder, `f${i}`));
      }),
  ],
  'stat of one file': [20_000, (folder, times) => repeat(times, () => statSync(join(folder, 'data')))],
};

function repeat(times: number, work: (i: number) => void): void {
  for (let i = 0; i < times; i++) work(i);
}

function onFile(folder: string, flags: string, work: (fd: number) => void): void {
  const fd = openSync(join(folder, 'data'), flags);
  try {
    work(fd);
  } finally {
    closeSync(fd);
  }
}

/** Per second: the best of some rounds, for others use this machine too. */
function rateOf(folder: string, times: number, work: (folder: string, times: number) => void): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const since = clock.now();
    work(folder, times);
    best = Math.max(best, (times * NS_PER_S) / (clock.now() - since));
  }
  return best;
}

const root = mkdtempSync(join(tmpdir(), 'ordeal-bench-disk-'));
const plain = join(root, 'plain');
mkdirSync(plain);
const since = clock.now();
const disks = await NodeDisks.open({ nodes: ['n1' as NodeId], folderOf: () => join(root, 'disk'), seed: 1 });
console.log(`opened in ${((clock.now() - since) / 1e6).toFixed(0)} ms\n\n| | folder, a second | disk, a second | |\n|---|---|---|---|`);
try {
  for (const [name, [times, work]] of Object.entries(WORK)) {
    const [there, here] = [rateOf(plain, times, work), rateOf(join(root, 'disk'), times, work)];
    console.log(`| ${name} | ${Math.round(there).toLocaleString('en')} | ${Math.round(here).toLocaleString('en')} | ${(there / here).toFixed(1)} × |`);
  }
  const before = clock.now();
  const lost = await disks.losePower('n1' as NodeId, false);
  console.log(`\na loss of power took ${((clock.now() - before) / 1e6).toFixed(0)} ms and ${lost.bytes} bytes`);
} finally {
  await disks.close();
  rmSync(root, { recursive: true, force: true });
}
