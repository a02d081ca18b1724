/** What every reader gets and gives. */
import type { HistoryBuilder } from '../builder.ts';
import type { HistoryHeader } from '../header.ts';
import type { Notices } from './notices.ts';
import type { Strictness } from './soundness.ts';
import type { FileSource } from './source.ts';

export interface ReadOptions {
  /** What is wrong with the evidence is an error, or a notice. */
  readonly strictness: Strictness;
  /** What a Jepsen `:fail :cas` without an error is: nothing (it had no effect), or an observation that the value was another. */
  readonly failedCas?: 'noop' | 'observation';
  /** Jepsen's independent tuples: a value `[k v]` is the value v of key k. */
  readonly tuples?: 'keep' | 'split';
  /** Now and then, how many bytes of how many have been read; not for a pipe, which does not say. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Reading {
  readonly source: FileSource;
  readonly options: ReadOptions;
  readonly notices: Notices;
}

export interface Imported {
  readonly builder: HistoryBuilder;
  readonly lines: number;
  /** False where the file has no times and events are numbered instead. */
  readonly timed: boolean;
  readonly header?: HistoryHeader;
}
