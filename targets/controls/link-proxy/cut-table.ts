/** The links that are cut now and those that lose answers, inside the proxy, and who wants to hear when that changes. */
import type { LinkEnd, ReplyParams } from '../../../harness/contracts/index.ts';
import { type DirectedLink, linkKey } from '../desired-state.ts';

export type LostReply = readonly [answering: LinkEnd, asking: LinkEnd, seen: ReplyParams['seen']];

/** `hold`: it waits. `silence`: it is lost. `reset`: it is lost, and the connection with it. */
export type Fate = 'pass' | 'hold' | ReplyParams['seen'];

export class CutTable {
  #cut: ReadonlySet<string> = new Set();
  /** Of those that are cut: they refuse instead of keeping silent. */
  #refused: ReadonlySet<string> = new Set();
  #lost: ReadonlyMap<string, ReplyParams['seen']> = new Map();
  readonly #watchers = new Set<() => void>();
  readonly #breakers = new Set<(concerns: (one: LinkEnd, other: LinkEnd) => boolean) => void>();

  /** Replaces the whole set; every watcher has reacted when this returns. */
  replace(links: readonly DirectedLink[], refused: readonly DirectedLink[] = []): void {
    this.#cut = new Set(links.map(([from, to]) => linkKey(from, to)));
    this.#refused = new Set(refused.map(([from, to]) => linkKey(from, to)));
    this.#tell();
  }

  /** Breaks the connections between these ends, whoever dialled. */
  breakConnections(links: readonly DirectedLink[]): void {
    const concerned = new Set(links.flatMap(([from, to]) => [linkKey(from, to), linkKey(to, from)]));
    for (const breaker of [...this.#breakers]) breaker((one, other) => concerned.has(linkKey(one, other)));
  }

  /** Calls `breaker` when connections are to be broken, until the returned function is called. */
  whenBroken(breaker: (concerns: (one: LinkEnd, other: LinkEnd) => boolean) => void): () => void {
    this.#breakers.add(breaker);
    return () => this.#breakers.delete(breaker);
  }

  /** Replaces all links whose answers are lost. */
  replaceLost(replies: readonly LostReply[]): void {
    this.#lost = new Map(replies.map(([answering, asking, seen]) => [linkKey(answering, asking), seen]));
    this.#tell();
  }

  /** What becomes of what `answering` sends back on a connection that `asking` has dialled; a cut holds it. */
  fateOfAnswer(answering: LinkEnd, asking: LinkEnd): Fate {
    if (this.isCut(answering, asking)) return this.fateOfCut(answering, asking);
    return this.#lost.get(linkKey(answering, asking)) ?? 'pass';
  }

  /** What becomes of what is sent over a link that is cut. */
  fateOfCut(from: LinkEnd, to: LinkEnd): 'hold' | 'reset' {
    return this.refuses(from, to) ? 'reset' : 'hold';
  }

  /** What is sent from `from` to `to` is refused. */
  refuses(from: LinkEnd, to: LinkEnd): boolean {
    return this.#refused.has(linkKey(from, to));
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
