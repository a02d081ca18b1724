/** What the workload `watch` asks of a system: keys that are written, and streams that tell of every change of them. */

/** Where a stream begins: it brings every change with a revision greater than `from`. Without it the stream of this process goes on. */
export type WatchRequest = {
  readonly from?: number;
  /** Wait until the last change is there, as far as the deadline allows, instead of for the next. */
  readonly until?: 'latest';
};

export type WatchOperation =
  /** Writes a value that is unique in the run; completes with the revision of the change. */
  | { readonly f: 'put'; readonly key: number; readonly value: number }
  /** Completes with `Watched`: what has come since the last answer, nothing where nothing has come for a while. Fails where there is no stream; the next one goes on. */
  | { readonly f: 'watch'; readonly value: WatchRequest };

/** Changes in the order in which they came. */
export type Watched = { readonly events: readonly (readonly [revision: number, key: string, value: number | null])[] };
