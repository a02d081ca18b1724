/**
 * Transactions over a few active keys (after elle.list-append/wr-txns): each key takes so many writes and is left for a
 * fresh one, so that versions stay few and every key is contended. Under its key each value is written once: the n-th
 * write of a key writes n. Immutable; one object per transaction.
 */
import type { GenContext, Generator, Step } from '../../harness/contracts/index.ts';
import { freeThread, GeneratorContext } from '../../harness/generator/context.ts';
import { onThread } from '../numbered/numbered-operations.ts';

export interface TransactionMix {
  /** What writes are called: appends to lists, or writes of registers. */
  readonly write: 'append' | 'w';
  /** Active keys at a time. */
  readonly keys: number;
  readonly writesPerKey: number;
  /** Micro-operations of a transaction. */
  readonly minOps: number;
  readonly maxOps: number;
  /** The share of reads among micro-operations. */
  readonly readShare: number;
  /** Whether a transaction reads each key before it writes it, which makes the order of versions plain. */
  readonly readsFirst: boolean;
}

/** An active key and how many writes it has been given. */
interface ActiveKey {
  readonly key: number;
  readonly writes: number;
}

type MicroOperation = readonly ['append' | 'w', number, number] | readonly ['r', number, null];

/** Draws of `freeThread` come before these. */
const LENGTH_DRAW = 8;
const FIRST_DRAW = 9;
const RESOLUTION = 1 << 20;
const PENDING: Step = { kind: 'pending' };

/** Endless. */
export class TransactionGenerator implements Generator {
  readonly #mix: TransactionMix;
  readonly #active: readonly ActiveKey[];
  /** The key that is taken next. */
  readonly #fresh: number;

  private constructor(mix: TransactionMix, active: readonly ActiveKey[], fresh: number) {
    this.#mix = mix;
    this.#active = active;
    this.#fresh = fresh;
  }

  static of(mix: TransactionMix): TransactionGenerator {
    const active = Array.from({ length: mix.keys }, (_, key) => ({ key, writes: 0 }));
    return new TransactionGenerator(mix, active, mix.keys);
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const thread = freeThread(own);
    if (thread === undefined) return PENDING;
    const { minOps, maxOps } = this.#mix;
    const length = minOps + own.draw(LENGTH_DRAW, maxOps - minOps + 1);
    const { ops, next } = this.#transaction(own, length);
    return { kind: 'op', op: onThread(own, thread, { f: 'txn', value: ops }), next };
  }

  update(): Generator {
    return this;
  }

  #transaction(own: GeneratorContext, length: number): { readonly ops: MicroOperation[]; readonly next: TransactionGenerator } {
    const { write, writesPerKey, readShare, readsFirst } = this.#mix;
    const active = [...this.#active];
    let fresh = this.#fresh;
    const ops: MicroOperation[] = [];
    for (let i = 0; i < length; i++) {
      const slot = own.draw(FIRST_DRAW + 2 * i, active.length);
      const { key, writes } = active[slot]!;
      if (own.draw(FIRST_DRAW + 2 * i + 1, RESOLUTION) < readShare * RESOLUTION) {
        ops.push(['r', key, null]);
        continue;
      }
      if (readsFirst && !ops.some(([, known]) => known === key)) ops.push(['r', key, null]);
      ops.push([write, key, writes + 1]);
      active[slot] = writes + 1 < writesPerKey ? { key, writes: writes + 1 } : { key: fresh++, writes: 0 };
    }
    return { ops, next: new TransactionGenerator(this.#mix, active, fresh) };
  }
}
