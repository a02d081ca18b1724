/** What a checker of logs remembers of each client process: where it stood in each partition, and what it sent last. */
import type { FinalReader } from './columns.ts';

export class LogClient {
  /** By key, the last record that it got; without those that a break has made meaningless. */
  readonly positions = new Map<number, number>();
  /** By key, the last send that may have happened. */
  readonly sent = new Map<number, number>();
  readonly firstInvoke: number;
  /** Whether its partitions are given to it by its group, and may be taken away. */
  subscribed = false;
  readonly #reached = new Map<number, number>();
  #assigned: ReadonlySet<string> | undefined;
  #whole = true;
  #polled = false;
  #empty = 0;
  #caughtUp = -1;

  constructor(firstInvoke: number) {
    this.firstInvoke = firstInvoke;
  }

  /** It was told what to read; undefined: nobody knows what, since that did not succeed. */
  chose(keys: readonly string[] | undefined, subscribed: boolean): void {
    this.positions.clear();
    this.subscribed = subscribed;
    if (!subscribed && !this.#polled && this.#assigned === undefined && keys !== undefined) this.#assigned = new Set(keys);
    else this.#notFinal();
  }

  /** It reads from elsewhere than from the beginning, and nobody knows from where. */
  #notFinal(): void {
    this.#whole = false;
    this.#caughtUp = -1;
    this.#reached.clear();
  }

  /** What it reads next need not follow on what it read last. */
  lost(keys?: readonly number[]): void {
    if (keys === undefined) this.positions.clear();
    else for (const key of keys) this.positions.delete(key);
    this.#whole = false;
  }

  /** An acknowledged operation with polls. `enough`: so many empty ones in a row say that the end was reached. */
  polledBy(op: number, records: number, enough: number): void {
    this.#polled = true;
    this.#empty = records === 0 ? this.#empty + 1 : 0;
    if (this.#empty >= enough && this.#whole && this.#caughtUp < 0) this.#caughtUp = op;
  }

  /** `further`: it is beyond what it had reached. */
  got(key: number, record: number, further: (reached: number) => boolean): void {
    this.positions.set(key, record);
    if (!this.#whole) return;
    const reached = this.#reached.get(key);
    if (reached === undefined || further(reached)) this.#reached.set(key, record);
  }

  /** Undefined where it was there before `quiet`, when the last had been sent. */
  finalReader(quiet: number): FinalReader | undefined {
    if (this.firstInvoke <= quiet || this.subscribed || !this.#polled) return undefined;
    return { assigned: this.#assigned, reached: this.#reached, caughtUp: this.#caughtUp };
  }
}
