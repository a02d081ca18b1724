/** Can disks be put under the nodes on this machine? Tried with one that nobody serves. */
import { closeSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { openDevice } from './kept-disk.ts';
import { mountDisk, unmountDisk } from './mounts.ts';

/** Never throws what is about the machine. */
export function probeFuse(): ProbedCapability {
  if (process.platform !== 'linux') return { ok: false, found: `${process.platform} has no FUSE that we know`, remedy: 'Use --host sim for disk faults.' };
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-disk-'));
  try {
    const device = openDevice();
    try {
      mountDisk(device, folder);
      unmountDisk(folder);
    } finally {
      closeSync(device);
    }
    return { ok: true, found: 'a FUSE disk was mounted and unmounted' };
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    return { ok: false, found: error.message, remedy: error.remedy ?? 'Run as root.' };
  } finally {
    rmdirSync(folder);
  }
}
