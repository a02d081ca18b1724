/** What a run says of itself while it goes on: the live view and plain lines are drawn from these. Serialisable. */
import type { JournalEntry } from '../contracts/index.ts';
import type { ProgressSnapshot } from '../runner/index.ts';
import type { PhaseName } from './lifecycle.ts';

export type RunEvent =
  /** What is taken from where: binaries, versions. */
  | { readonly type: 'provision'; readonly message: string }
  | { readonly type: 'phase'; readonly name: PhaseName; readonly timeNs: number }
  | { readonly type: 'progress'; readonly progress: ProgressSnapshot }
  | { readonly type: 'fault'; readonly entry: JournalEntry }
  | { readonly type: 'check'; readonly checker: string; readonly done: number; readonly total: number }
  | { readonly type: 'notice'; readonly message: string };
