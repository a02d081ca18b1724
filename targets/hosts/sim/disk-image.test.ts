import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskImage } from './disk-image.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string | undefined => data && new TextDecoder().decode(data);

/** The same disk, naively: whole copies of everything, durable ones per file object. */
class NaiveDisk {
  files = new Map<string, { now: string; synced?: string }>();
  durable = new Map<string, { now: string; synced?: string }>();
  removed = new Set<string>();

  put(path: string, change: (before: string) => string): void {
    const file = this.files.get(path) ?? { now: '' };
    file.now = change(file.now);
    this.files.set(path, file);
  }
  rename(from: string, to: string): boolean {
    const file = this.files.get(from);
    if (!file) return false;
    this.files.delete(from);
    this.files.set(to, file);
    return true;
  }
  remove(path: string): void {
    if (this.files.delete(path)) this.removed.add(path);
  }
  sync(path: string): void {
    const file = this.files.get(path);
    if (!file) return;
    file.synced = file.now;
    const displaced = this.durable.get(path);
    for (const [name, other] of [...this.durable]) if (other === file) this.durable.delete(name);
    for (const name of this.removed) if (this.files.get(name) !== this.durable.get(name)) this.durable.delete(name);
    this.removed.clear();
    for (const [name, other] of this.files) if (displaced !== undefined && displaced !== file && other === displaced) this.durable.set(name, other);
    this.durable.set(path, file);
  }
  losePower(): void {
    this.files = new Map([...this.durable].map(([name, file]) => [name, file]));
    for (const file of this.files.values()) file.now = file.synced ?? '';
    this.removed.clear();
  }
  contents(): readonly (readonly [string, string])[] {
    return [...this.files].map(([name, { now }]) => [name, now] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

const path = fc.constantFrom('a', 'b', 'c');
const move = fc.oneof(
  fc.record({ do: fc.constant('append' as const), path, text: fc.string({ maxLength: 5 }) }),
  fc.record({ do: fc.constant('write' as const), path, text: fc.string({ maxLength: 5 }) }),
  fc.record({ do: fc.constant('truncate' as const), path, size: fc.nat(4) }),
  fc.record({ do: fc.constant('rename' as const), path, to: path }),
  fc.record({ do: fc.constant('remove' as const), path }),
  fc.record({ do: fc.constant('sync' as const), path }),
  fc.record({ do: fc.constant('power' as const), path }),
);

describe('DiskImage', () => {
  it('agrees with a naive disk that copies everything, over losses of power', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const disk = new DiskImage();
        const naive = new NaiveDisk();
        for (const step of moves) {
          if (step.do === 'append' || step.do === 'write') {
            const ascii = step.text.replace(/[^ -~]/g, '?');
            if (step.do === 'append') disk.append(step.path, bytes(ascii));
            else disk.write(step.path, bytes(ascii));
            naive.put(step.path, (before) => (step.do === 'append' ? before + ascii : ascii));
          } else if (step.do === 'truncate') {
            if (disk.truncate(step.path, step.size)) naive.put(step.path, (before) => before.slice(0, step.size).padEnd(step.size, '\0'));
          } else if (step.do === 'rename') {
            if (step.path !== step.to) expect(disk.rename(step.path, step.to)).toBe(naive.rename(step.path, step.to));
          } else if (step.do === 'remove') {
            disk.remove(step.path);
            naive.remove(step.path);
          } else if (step.do === 'sync') {
            const point = disk.syncPoint(step.path);
            if (point) disk.sync(point);
            naive.sync(step.path);
          } else {
            disk.losePower(undefined);
            naive.losePower();
            expect(disk.unsynced()).toBe(false);
          }
          expect(disk.list().map((name) => [name, text(disk.read(name))])).toEqual(naive.contents());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('makes durable what was there when the sync was asked for, not what came later', () => {
    const disk = new DiskImage();
    disk.append('log', bytes('one'));
    const point = disk.syncPoint('log');
    disk.append('log', bytes(' two'));
    if (point) disk.sync(point);
    expect(text(disk.read('log'))).toBe('one two');
    expect(disk.unsynced()).toBe(true);
    disk.losePower(undefined);
    expect(text(disk.read('log'))).toBe('one');
  });

  it('keeps the old content under the old name when a rename was not synced', () => {
    const disk = new DiskImage();
    const sync = (name: string): void => {
      const point = disk.syncPoint(name);
      if (point) disk.sync(point);
    };
    disk.write('state', bytes('old'));
    sync('state');
    disk.write('tmp', bytes('new'));
    sync('tmp');
    disk.rename('tmp', 'state');
    disk.losePower(undefined);
    expect([disk.list(), text(disk.read('state'))]).toEqual([['state', 'tmp'], 'old']);
    disk.rename('tmp', 'state');
    sync('state');
    disk.losePower(undefined);
    expect([disk.list(), text(disk.read('state'))]).toEqual([['state'], 'new']);
  });

  it('tears only what was appended and not synced', () => {
    const disk = new DiskImage();
    disk.append('log', bytes('synced'));
    const point = disk.syncPoint('log');
    if (point) disk.sync(point);
    disk.append('log', bytes('tail'));
    const asked: number[] = [];
    disk.losePower({ keep: (_path, unsynced) => asked.push(unsynced) + 1 });
    expect([asked, text(disk.read('log'))]).toEqual([[4], 'syncedta']);
    disk.losePower(undefined);
    expect(text(disk.read('log'))).toBe('syncedta');
  });

  it('gives and takes copies', () => {
    const disk = new DiskImage();
    const mine = bytes('abc');
    disk.write('f', mine);
    mine[0] = 0;
    const read = disk.read('f');
    if (read) read[1] = 0;
    expect(text(disk.read('f'))).toBe('abc');
  });
});
