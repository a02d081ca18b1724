/** Undoing limits without a live run. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Undo } from '../../../harness/contracts/index.ts';
import { isAlive, type ProcessIdentity } from '../procfs/processes.ts';
import { removeFolders } from './control-groups.ts';
import { limitDescriptors } from './descriptor-limits.ts';

export type ResourceUndo = {
  readonly folders: readonly string[];
  readonly limits: readonly (ProcessIdentity & { readonly descriptors: number })[];
};

const UNLIMITED: Readonly<Record<string, string>> = {
  'cpu.cfs_quota_us': '-1',
  'cpu.max': 'max',
  'pids.max': 'max',
  'memory.limit_in_bytes': '-1',
  'memory.max': 'max',
  'memory.swap.max': 'max',
};

/** Lifts every limit of the groups and of the processes that live, and removes the groups that are empty. */
export const undoResources: Undo = async (change) => {
  const { folders, limits } = change.undo as unknown as ResourceUndo;
  for (const { descriptors, ...process } of limits) if (isAlive(process)) limitDescriptors(process, descriptors);
  for (const folder of folders) {
    for (const file of filesIn(folder)) if (file in UNLIMITED) lift(join(folder, file), UNLIMITED[file] as string);
  }
  removeFolders(folders);
};

/** A group that the reaper has removed meanwhile limits nobody. */
function lift(file: string, unlimited: string): void {
  try {
    writeFileSync(file, unlimited);
  } catch (error) {
    if (existsSync(file)) throw error;
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
