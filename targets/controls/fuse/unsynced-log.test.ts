import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/random/rng.ts';
import { BackingFiles } from './backing-files.ts';
import { ROOT_ID } from './fuse-wire.ts';
import { PAGE_BYTES, UnsyncedLog } from './unsynced-log.ts';

const linux = process.platform === 'linux';
const folder = mkdtempSync(join(tmpdir(), 'ordeal-unsynced-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const withFile = <T>(work: (fd: number, path: string) => T): T => {
  const path = join(folder, `f${++files}`);
  const fd = openSync(path, 'w+');
  try {
    return work(fd, path);
  } finally {
    closeSync(fd);
  }
};

type Step = { readonly do: 'write'; readonly at: number; readonly size: number } | { readonly do: 'resize'; readonly to: number } | { readonly do: 'sync' };
const far = 3 * PAGE_BYTES;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('write' as const), at: fc.nat(far), size: fc.integer({ min: 1, max: 2 * PAGE_BYTES }) }),
  fc.record({ do: fc.constant('resize' as const), to: fc.nat(far) }),
  fc.record({ do: fc.constant('sync' as const) }),
);
const run = (log: UnsyncedLog, fd: number, path: string, steps: readonly Step[]): Buffer => {
  let durable = Buffer.alloc(0);
  for (const [n, each] of steps.entries()) {
    if (each.do === 'write') {
      log.beforeChange(1n, fd, each.at, each.size);
      writeSync(fd, Buffer.alloc(each.size, n + 1), 0, each.size, each.at);
    } else if (each.do === 'resize') {
      log.beforeResize(1n, fd, each.to);
      ftruncateSync(fd, each.to);
    } else {
      log.synced(1n);
      durable = readFileSync(path);
    }
  }
  return durable;
};

describe.skipIf(!linux)('what is not synced', () => {
  it('is exactly what a loss of power takes from a file', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) =>
        withFile((fd, path) => {
          const log = new UnsyncedLog(() => 0);
          const durable = run(log, fd, path, steps);
          log.lose();
          expect(readFileSync(path).equals(durable)).toBe(true);
        }),
      ),
      { numRuns: 60 },
    );
  });

  it('may survive page by page where writes are torn: each page is as it was or as it is, or was never there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(), (steps, seed) =>
        withFile((fd, path) => {
          const log = new UnsyncedLog(() => 0);
          const durable = run(log, fd, path, steps);
          const latest = readFileSync(path);
          log.lose(createRng(seed));
          const left = readFileSync(path);
          for (let at = 0; at < left.length; at++) {
            const allowed = [durable[at] ?? 0, latest[at] ?? 0];
            if (!allowed.includes(left[at]!)) expect({ at, left: left[at], allowed }).toBeNull();
          }
          expect(left.length).toBeGreaterThanOrEqual(Math.min(durable.length, latest.length));
        }),
      ),
      { numRuns: 60 },
    );
  });

  it('is written back when it is old, or more than the log may hold', () => {
    withFile((fd, path) => {
      let now = 0;
      const log = new UnsyncedLog(() => now, { bytes: 1 << 20, files: 8, ageNs: 1_000 });
      const write = (text: string): void => {
        log.beforeChange(1n, fd, 0, text.length);
        writeSync(fd, text, 0);
      };
      write('old');
      now = 5_000;
      for (let i = 0; i < 256; i++) write('new');
      log.lose();
      expect(readFileSync(path, 'utf8')).toBe('new');
    });
  });
});

describe.skipIf(!linux)('names', () => {
  const root = (): string => {
    const path = join(folder, `root${++files}`);
    mkdirSync(path);
    return path;
  };
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const filesOf = (path: string): BackingFiles => new BackingFiles(path, new UnsyncedLog(() => 0), new UnsyncedLog(() => 0), me);
  const make = (disk: BackingFiles, name: string, text: string, how: 'synced' | 'not synced'): number => {
    const { handle, known } = disk.create(ROOT_ID, name, 2, 0o644, me);
    disk.write(handle, Buffer.from(text), 0, true);
    if (how === 'synced') disk.sync(handle);
    disk.release(handle);
    return known.id;
  };
  const read = (path: string, name: string): string => {
    try {
      return readFileSync(join(path, name), 'utf8');
    } catch {
      return 'absent';
    }
  };

  it('come back: of what was removed, replaced or renamed; what was made is gone', () => {
    const path = root();
    const disk = filesOf(path);
    for (const name of ['removed', 'replaced', 'renamed']) make(disk, name, name, 'synced');
    disk.makeFolder(ROOT_ID, 'folder', 0o755, me);
    make(disk, 'new', 'new', 'not synced');
    disk.remove(ROOT_ID, 'removed', 'file');
    disk.rename(ROOT_ID, 'renamed', ROOT_ID, 'replaced', 0);
    expect([read(path, 'replaced'), read(path, 'removed')]).toEqual(['renamed', 'absent']);
    expect(disk.losePower(undefined).names).toBe(4);
    expect(['removed', 'replaced', 'renamed', 'new', 'folder'].map((name) => read(path, name))).toEqual(['removed', 'replaced', 'renamed', 'absent', 'absent']);
  });

  it('are durable with a later fsync of the file or of its folder, in order, and not with one of another file that only was overwritten', () => {
    const path = root();
    const disk = filesOf(path);
    const other = make(disk, 'other', 'other', 'synced');
    make(disk, 'a', 'a', 'synced');
    disk.rename(ROOT_ID, 'a', ROOT_ID, 'b', 0);
    const { handle } = disk.open(other, 2);
    disk.write(handle, Buffer.from('OTHER'), 0, true);
    disk.sync(handle);
    disk.losePower(undefined);
    expect([read(path, 'a'), read(path, 'b'), read(path, 'other')]).toEqual(['a', 'absent', 'OTHER']);
  });

  it('survive the fsync of the folder', () => {
    const path = root();
    const disk = filesOf(path);
    make(disk, 'a', 'a', 'synced');
    disk.rename(ROOT_ID, 'a', ROOT_ID, 'b', 0);
    disk.syncFolder(ROOT_ID);
    make(disk, 'c', 'c', 'not synced');
    disk.losePower(undefined);
    expect(['a', 'b', 'c'].map((name) => read(path, name))).toEqual(['absent', 'a', 'absent']);
  });

  it('of what observers write are no business of the files beside them', () => {
    const path = root();
    const disk = filesOf(path);
    const hidden = disk.lookup(ROOT_ID, '.ordeal').id;
    make(disk, 'a', 'a', 'synced');
    disk.rename(ROOT_ID, 'a', ROOT_ID, 'b', 0);
    const { handle } = disk.create(hidden, 'canary', 2, 0o644, me);
    disk.write(handle, Buffer.from('sings'), 0, true);
    disk.sync(handle);
    expect(disk.listing(disk.openFolder(ROOT_ID)).map(({ name }) => name)).toEqual(['.', '..', 'b']);
    disk.losePower(undefined);
    expect([read(path, 'a'), read(path, '.ordeal/canary')]).toEqual(['a', 'sings']);
  });
});
