/** What faults do to a disk now, and what that comes to for one operation. */
import type { DiskOperation, Rng } from '../../../harness/contracts/index.ts';
import { OPCODE } from './fuse-wire.ts';

export interface DiskCondition {
  /** Every write is refused for want of space, also over old data: as on a disk that copies what it changes. */
  readonly full: boolean;
  /** Nanoseconds by which each read, write and fsync is answered late. */
  readonly delayNs: number;
  /** Operations that fail with EIO, each with its chance (0 … 1). */
  readonly errors: Readonly<Partial<Record<DiskOperation, number>>>;
  /** An fsync says that it is done and does nothing. */
  readonly lying: boolean;
  /** The chance that a write is stored with one bit turned over. */
  readonly corrupt: number;
}

export const SOUND_DISK: DiskCondition = { full: false, delayNs: 0, errors: {}, lying: false, corrupt: 0 };

const OPERATIONS: Readonly<Record<number, DiskOperation>> = {
  [OPCODE.READ]: 'read',
  [OPCODE.WRITE]: 'write',
  [OPCODE.FSYNC]: 'fsync',
  [OPCODE.FSYNCDIR]: 'fsync',
};

const NEEDS_SPACE: ReadonlySet<number> = new Set([OPCODE.WRITE, OPCODE.CREATE, OPCODE.MKNOD, OPCODE.MKDIR, OPCODE.SYMLINK, OPCODE.LINK, OPCODE.FALLOCATE]);

/** How one request fares. */
export interface Fate {
  /** Refused so, instead of done. */
  readonly error?: 'EIO' | 'ENOSPC';
  readonly delayNs: number;
}

const UNHARMED: Fate = { delayNs: 0 };

/** Draws only where there is something to decide. */
export function fateOf(opcode: number, condition: DiskCondition, rng: Rng): Fate {
  if (condition.full && NEEDS_SPACE.has(opcode)) return { error: 'ENOSPC', delayNs: 0 };
  const operation = OPERATIONS[opcode];
  if (operation === undefined) return UNHARMED;
  const chance = condition.errors[operation] ?? 0;
  const fails = chance >= 1 || (chance > 0 && rng.float01() < chance);
  return { ...(fails && { error: 'EIO' as const }), delayNs: condition.delayNs };
}
