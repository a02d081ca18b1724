/** What is wrong with streams of notifications. Linear in deliveries, and in the changes that lie in the range of each stream. */
import type { Stream, Watched } from './collect.ts';
import { attemptName } from './collect.ts';

export const WATCH_ANOMALIES = ['gap', 'undelivered', 'reordered', 'duplicated', 'conflicting', 'failed-but-visible', 'unexpected'] as const;

export type WatchOrder = 'revision' | 'key';

export interface WatchFinding {
  readonly type: (typeof WATCH_ANOMALIES)[number];
  readonly change: number;
  /** The event that shows it. */
  readonly at: number;
  /** The stream, where it is about one. */
  readonly stream?: Stream;
  /** Another event: the one before, the one that failed. */
  readonly other?: number;
}

/** `order`: whether revisions go up over all keys, or within each. Throws nothing. */
export function judgeWatched(watched: Watched, order: WatchOrder): WatchFinding[] {
  const scopes = new Scopes(watched, order);
  const delivered = new Int32Array(watched.changes.key.length).fill(-1);
  const findings: WatchFinding[] = [];
  for (const [id, stream] of watched.streams.entries()) {
    deliveries(watched, stream, { id, delivered, order, findings });
    missing(watched, stream, { id, delivered, scopes, findings });
  }
  for (const { change, at } of watched.conflicts) findings.push({ type: 'conflicting', change, at, other: watched.changes.at[change]! });
  return [...findings, ...fromNowhere(watched)];
}

interface Pass {
  readonly id: number;
  /** By change, the last stream that got it. */
  readonly delivered: Int32Array;
  readonly findings: WatchFinding[];
}

/** Twice, or too late. */
function deliveries({ changes }: Watched, stream: Stream, { id, delivered, order, findings }: Pass & { readonly order: WatchOrder }): void {
  const greatest = new Map<string, number>();
  for (const [i, change] of stream.changes.entries()) {
    const scope = order === 'key' ? changes.key[change]! : '';
    const revision = changes.revision[change]!;
    const before = greatest.get(scope) ?? Number.NEGATIVE_INFINITY;
    if (delivered[change] === id) findings.push({ type: 'duplicated', change, at: stream.at[i]!, stream });
    else if (revision < before) findings.push({ type: 'reordered', change, at: stream.at[i]!, stream });
    delivered[change] = id;
    if (revision > before) greatest.set(scope, revision);
  }
}

/** What lies between the beginning of the stream and where it has come to, or behind that where it must have come to the end. */
function missing({ changes }: Watched, stream: Stream, { id, delivered, scopes, findings }: Pass & { readonly scopes: Scopes }): void {
  if (stream.last === -1) return;
  for (const [list, first, greatest] of scopes.of(stream)) {
    const begin = stream.from === undefined ? first : stream.from;
    for (let at = scopes.after(list, begin, stream.from === undefined); at < list.length; at++) {
      const change = list[at]!;
      const revision = changes.revision[change]!;
      const passed = revision < greatest || revision <= stream.progress;
      if (!passed && !stream.final) break;
      if (delivered[change] !== id) findings.push({ type: passed ? 'gap' : 'undelivered', change, at: stream.last, stream });
    }
  }
}

/** Changes in the order in which a stream must bring them. */
class Scopes {
  readonly #watched: Watched;
  readonly #order: WatchOrder;
  readonly #all: Int32Array;
  readonly #byKey = new Map<string, Int32Array>();

  constructor(watched: Watched, order: WatchOrder) {
    const { key, revision } = watched.changes;
    this.#watched = watched;
    this.#order = order;
    this.#all = Int32Array.from(key, (_, change) => change).sort((a, b) => revision[a]! - revision[b]! || a - b);
    for (const [name, list] of Map.groupBy(this.#all, (change) => key[change]!)) this.#byKey.set(name, Int32Array.from(list));
  }

  /** Each list that the stream is held to, with the first and the greatest revision that it got of it. */
  *of(stream: Stream): Iterable<readonly [list: Int32Array, first: number, greatest: number]> {
    const { key, revision } = this.#watched.changes;
    const ofKey = (name: string) => this.#byKey.get(name) ?? new Int32Array();
    const held = (list: Int32Array, own: readonly number[]) => {
      const greatest = own.reduce((most, change) => Math.max(most, revision[change]!), Number.NEGATIVE_INFINITY);
      return [list, own.length === 0 ? Number.NEGATIVE_INFINITY : revision[own[0]!]!, greatest] as const;
    };
    const isHeld = (own: readonly number[]) => own.length > 0 || stream.from !== undefined;
    if (this.#order === 'revision') {
      if (isHeld(stream.changes)) yield held(stream.key === undefined ? this.#all : ofKey(stream.key), stream.changes);
      return;
    }
    const got = Map.groupBy(stream.changes, (change) => key[change]!);
    for (const name of stream.key === undefined ? this.#byKey.keys() : [stream.key]) {
      const own = got.get(name) ?? [];
      if (isHeld(own)) yield held(ofKey(name), own);
    }
  }

  /** The first place in the list with a revision greater than this, or also with this one. */
  after(list: Int32Array, begin: number, inclusive: boolean): number {
    const { revision } = this.#watched.changes;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = revision[list[middle]!]!;
      if (at < begin || (!inclusive && at === begin)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Delivered, and nobody had asked for it by then, or only in vain. One for each change. */
function fromNowhere({ streams, changes, attempts }: Watched): WatchFinding[] {
  if (attempts.size === 0) return [];
  const findings: WatchFinding[] = [];
  const first = new Float64Array(changes.key.length).fill(Number.POSITIVE_INFINITY);
  for (const stream of streams) {
    for (const [i, change] of stream.changes.entries()) first[change] = Math.min(first[change]!, stream.at[i]!);
  }
  for (const [change, at] of first.entries()) {
    const { possible, failed } = attempts.get(attemptName(changes.key[change]!, changes.value[change]!)) ?? { possible: -1, failed: -1 };
    if (at === Number.POSITIVE_INFINITY || (possible >= 0 && possible < at)) continue;
    findings.push(failed >= 0 && failed < at ? { type: 'failed-but-visible', change, at, other: failed } : { type: 'unexpected', change, at });
  }
  return findings;
}
