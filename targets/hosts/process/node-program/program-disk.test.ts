import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramDisk } from './program-disk.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ordeal-disk-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined) => (data === undefined ? undefined : new TextDecoder().decode(data));
const path = fc.constantFrom('a', 'b', 'deep/c');
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom('write' as const, 'append' as const), path, data: fc.string({ maxLength: 5 }) }),
  fc.record({ op: fc.constantFrom('remove' as const, 'fsync' as const), path }),
  fc.record({ op: fc.constant('rename' as const), path, to: path }),
  fc.record({ op: fc.constant('truncate' as const), path, size: fc.nat(8) }),
);

describe('the disk of a node program', () => {
  it('behaves as a map of files, without anyone awaiting in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
        const folder = mkdtempSync(join(root, 'run-'));
        const disk = new ProgramDisk(folder);
        const files = new Map<string, string>();
        const results: Promise<unknown>[] = [];
        const wanted: boolean[] = [];
        for (const step of operations) {
          const before = files.get(step.path);
          const exists = before !== undefined;
          switch (step.op) {
            case 'write':
              results.push(disk.write(step.path, bytes(step.data)));
              files.set(step.path, step.data);
              break;
            case 'append':
              results.push(disk.append(step.path, bytes(step.data)));
              files.set(step.path, (before ?? '') + step.data);
              break;
            case 'remove':
              results.push(disk.remove(step.path));
              files.delete(step.path);
              break;
            case 'fsync':
              results.push(disk.fsync(step.path));
              break;
            case 'rename':
              results.push(disk.rename(step.path, step.to));
              if (!exists) break;
              files.delete(step.path);
              files.set(step.to, before);
              break;
            case 'truncate':
              results.push(disk.truncate(step.path, step.size));
              if (exists) files.set(step.path, text(Buffer.concat([bytes(before), Buffer.alloc(8)]).subarray(0, step.size))!);
              break;
          }
          wanted.push(exists || ['write', 'append', 'remove'].includes(step.op));
        }
        const settled = await Promise.allSettled(results);
        expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(wanted);
        expect(await disk.list()).toEqual([...files.keys()].sort());
        for (const [name, content] of files) expect(text(await disk.read(name))).toBe(content);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to its folder', async () => {
    const disk = new ProgramDisk(join(root, 'inner'));
    for (const outside of ['../x', '/etc/passwd', '.', 'a/../../x']) await expect(disk.write(outside, bytes('x'))).rejects.toThrow(/no place/);
    expect(await disk.list()).toEqual([]);
    expect(await disk.read('none')).toBeUndefined();
    await expect(disk.fsync('none')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
