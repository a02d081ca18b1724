/** The links that are cut now and those that lose answers, inside the proxy, and who wants to hear when that changes. */
import type { LinkEnd, ReplyParams } from '../../../harness/contracts/index.ts';
import { linkKey } from '../desired-state.ts';

export type LostReply = readonly [answering: LinkEnd, asking: LinkEnd, seen: ReplyParams['seen']];

/** `hold`: it waits. `silence`: it is lost. `reset`: it is lost, and the connection with it. */
export type Fate = 'pass' | 'hold' | ReplyParams['seen'];

export class CutTable {
  #cut: ReadonlySet<string> = new Set();
  #lost: ReadonlyMap<string, ReplyParams['seen']> = new Map();
  readonly #watchers = new Set<() => void>();

  /** Replaces the whole set; every watcher has reacted when this returns. */
  replace(links: readonly (readonly [LinkEnd, LinkEnd])[]): void {
    this.#cut = new Set(links.map(([from, to]) => linkKey(from, to)));
    this.#tell();
  }

  /** Replaces all links whose answers are lost. */
  replaceLost(replies: readonly LostReply[]): void {
    this.#lost = new Map(replies.map(([answering, asking, seen]) => [linkKey(answering, asking), seen]));
    this.#tell();
  }

  /** What becomes of what `answering` sends back on a connection that `asking` has dialled; a cut holds it. */
  fateOfAnswer(answering: LinkEnd, asking: LinkEnd): Fate {
    if (this.isCut(answering, asking)) return 'hold';
    return this.#lost.get(linkKey(answering, asking)) ?? 'pass';
  }

  /** Bytes from `from` to `to` may not pass. */
  isCut(from: LinkEnd, to: LinkEnd): boolean {
    return this.#cut.has(linkKey(from, to));
  }

  /** Calls `watcher` after every change until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
