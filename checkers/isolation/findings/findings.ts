/** What an engine has found, apart from cycles: counted all, kept a few of a kind. */
import type { Value } from '../../../harness/contracts/index.ts';

export interface Finding {
  /** The anomaly: `G1a`, `internal`, … */
  readonly type: string;
  /** Transactions that it is about, the offender first. */
  readonly transactions: readonly number[];
  /** One sentence, without a capital or a full stop. */
  readonly sentence: string;
  /** What the verifier needs: keys, elements and event indices. */
  readonly evidence: { readonly [name: string]: Value };
}

/** So many of a kind are spelled out. */
export const SPELLED_OUT = 8;

export class Findings {
  readonly counts = new Map<string, number>();
  readonly #kept: Finding[] = [];

  get list(): readonly Finding[] {
    return this.#kept;
  }

  has(type: string): boolean {
    return this.counts.has(type);
  }

  /** Says the same under another name, for models that forbid it by itself. */
  alsoCall(type: string, name: string): void {
    const [first] = this.#kept.filter((one) => one.type === type);
    if (first !== undefined) this.add(name, () => first);
  }

  /** Counts one more of the type; `describe` is asked for the first few. */
  add(type: string, describe: () => Omit<Finding, 'type'>): void {
    const count = (this.counts.get(type) ?? 0) + 1;
    this.counts.set(type, count);
    if (count <= SPELLED_OUT) this.#kept.push({ ...describe(), type });
  }
}
