/** What a reader has to say about a file that it accepts nevertheless. A few of a kind, then a count: files may be long. */
import type { Reason } from '../../contracts/index.ts';

const MOST_OF_A_KIND = 20;

export class Notices {
  readonly #reasons: Reason[] = [];
  readonly #counts = new Map<string, number>();

  add(reason: Reason): void {
    const count = (this.#counts.get(reason.code) ?? 0) + 1;
    this.#counts.set(reason.code, count);
    if (count <= MOST_OF_A_KIND) this.#reasons.push(reason);
  }

  /** In order of appearance; behind them, how many more there were of each kind. */
  list(): readonly Reason[] {
    const more: Reason[] = [];
    for (const [code, count] of this.#counts) {
      if (count > MOST_OF_A_KIND) more.push({ code, message: `and ${count - MOST_OF_A_KIND} more of this kind` });
    }
    return [...this.#reasons, ...more];
  }
}
