/** What the witness of the nodes' disks is asked to do, and what came of it. */
export type WitnessRequest =
  /** Replaces or extends the file; `synced`: and waits until it is on the disk. */
  | { readonly op: 'write' | 'append'; readonly path: string; readonly text: string; readonly synced: boolean }
  /** Reads one byte. */
  | { readonly op: 'glance'; readonly path: string }
  | { readonly op: 'read'; readonly path: string }
  | { readonly op: 'remove'; readonly path: string };

export interface WitnessAnswer {
  readonly tookNs: number;
  /** What was read. */
  readonly text?: string;
  /** The code of the error: `EIO`, `ENOSPC`, `ENOENT`. */
  readonly error?: string;
}
