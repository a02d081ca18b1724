/** What the harness asks of the process that keeps the nodes' disks, and what that asks of the thread of one disk. */
import type { DiskCondition } from './disk-condition.ts';
import type { Lost } from './unsynced-log.ts';

export type DisksRequest =
  /** Mounts a disk over each folder; what is in the folder stays there. */
  | { readonly op: 'open'; readonly seed: number; readonly folders: readonly string[] }
  /** From now on the disk is so. */
  | { readonly op: 'condition'; readonly folder: string; readonly condition: DiskCondition }
  /** Nobody may have it open. Mounted again when it is answered. `torn`: what was not synced is there in parts. */
  | { readonly op: 'lose-power'; readonly folder: string; readonly torn: boolean }
  /** Loses what observers have not synced in the hidden folder, and nothing else. */
  | { readonly op: 'lose-hidden'; readonly folder: string };

/** What the loss took; null for the other requests. */
export type DisksAnswer = Lost | null;

export type DiskOrder =
  /** Serves the kernel over that descriptor of /dev/fuse until the disk is unmounted; the answer comes after that. */
  | { readonly id: number; readonly do: 'serve'; readonly device: number }
  | { readonly id: number; readonly do: 'condition'; readonly condition: DiskCondition }
  | { readonly id: number; readonly do: 'lose'; readonly torn: boolean }
  | { readonly id: number; readonly do: 'lose-hidden' };

export type DiskMessage =
  | { readonly answers: number; readonly lost: Lost | null }
  | { readonly answers: number; readonly error: string }
  /** An answer that the kernel is to get later. */
  | { readonly held: Uint8Array; readonly delayNs: number };

export interface DiskThreadData {
  /** An open descriptor of the backing folder: the way to it below the mount. */
  readonly backing: number;
  readonly seed: number;
  readonly uid: number;
  readonly gid: number;
}
