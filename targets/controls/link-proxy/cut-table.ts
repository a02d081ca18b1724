/** The links that are cut now, inside the proxy, and who wants to hear when that changes. */
import type { LinkEnd } from '../../../harness/contracts/index.ts';
import { linkKey } from '../desired-state.ts';

export class CutTable {
  #cut: ReadonlySet<string> = new Set();
  readonly #watchers = new Set<() => void>();

  /** Replaces the whole set; every watcher has reacted when this returns. */
  replace(links: readonly (readonly [LinkEnd, LinkEnd])[]): void {
    this.#cut = new Set(links.map(([from, to]) => linkKey(from, to)));
    for (const watcher of [...this.#watchers]) watcher();
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
}
