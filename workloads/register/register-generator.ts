/**
 * What clients do to registers. Operations go round the active keys in an order that is drawn anew for each round, so that
 * every thread meets every key; after so many rounds all keys are left for fresh ones, so that the history of each stays
 * short. The value written by an operation is its round, so it is unique under its key. A cas expects the value that was
 * last seen under its key by anybody (rule 31).
 */
import type { Event, GenContext, Generator, Step } from '../../harness/contracts/index.ts';
import { freeThread, GeneratorContext } from '../../harness/generator/context.ts';
import { onThread } from '../numbered/numbered-operations.ts';
import type { RegisterOperation } from '../operations/register.ts';

export interface RegisterMix {
  /** Active keys at a time. */
  readonly keys: number;
  readonly opsPerKey: number;
  /** Shares of reads and of compare-and-sets; the rest are writes. */
  readonly readShare: number;
  readonly casShare: number;
}

/** Draws of `freeThread` come before these. */
const SHIFT_DRAW = 8;
const KIND_DRAW = 9;
const RESOLUTION = 1 << 20;

const PENDING: Step = { kind: 'pending' };

/** What was last seen under each active key: by slot, the key and its value. -1: nothing yet. */
interface LastSeen {
  readonly key: readonly number[];
  readonly value: readonly number[];
}

/** Endless; one immutable object per operation and per value seen. */
export class RegisterGenerator implements Generator {
  readonly #mix: RegisterMix;
  readonly #emitted: number;
  /** Where this round began among the keys. */
  readonly #shift: number;
  readonly #last: LastSeen;

  private constructor(mix: RegisterMix, emitted: number, shift: number, last: LastSeen) {
    this.#mix = mix;
    this.#emitted = emitted;
    this.#shift = shift;
    this.#last = last;
  }

  static of(mix: RegisterMix): RegisterGenerator {
    const nothing = new Array<number>(mix.keys).fill(-1);
    return new RegisterGenerator(mix, 0, 0, { key: nothing, value: nothing });
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const thread = freeThread(own);
    if (thread === undefined) return PENDING;
    const { keys, opsPerKey } = this.#mix;
    const round = Math.floor(this.#emitted / keys);
    const position = this.#emitted % keys;
    const shift = position === 0 ? own.draw(SHIFT_DRAW, keys) : this.#shift;
    const slot = (position + shift) % keys;
    const key = Math.floor(round / opsPerKey) * keys + slot;
    const operation = this.#operation(own, slot, key, (round % opsPerKey) + 1);
    return { kind: 'op', op: onThread(own, thread, operation), next: new RegisterGenerator(this.#mix, this.#emitted + 1, shift, this.#last) };
  }

  update(_context: GenContext, event: Event): Generator {
    const { key } = event;
    const value = seenValue(event);
    if (value === undefined || typeof key !== 'number') return this;
    const slot = key % this.#mix.keys;
    const last = this.#last;
    // A late answer about a key that was left does not replace what is known of its successor.
    if ((last.key[slot] ?? -1) > key || (last.key[slot] === key && last.value[slot] === value)) return this;
    return new RegisterGenerator(this.#mix, this.#emitted, this.#shift, { key: last.key.with(slot, key), value: last.value.with(slot, value) });
  }

  #operation(own: GeneratorContext, slot: number, key: number, fresh: number): RegisterOperation {
    const { readShare, casShare } = this.#mix;
    const kind = own.draw(KIND_DRAW, RESOLUTION) / RESOLUTION;
    if (kind < readShare) return { f: 'read', key, value: null };
    if (kind >= readShare + casShare || this.#last.key[slot] !== key) return { f: 'write', key, value: fresh };
    return { f: 'cas', key, value: [this.#last.value[slot]!, fresh] };
  }
}

/** The value under the key that a completion shows; undefined where it shows none. */
function seenValue(event: Event): number | undefined {
  if (event.type !== 'ok' || event.applied === false) return undefined;
  const value = event.f === 'cas' && Array.isArray(event.value) ? event.value[1] : event.value;
  return typeof value === 'number' ? value : undefined;
}
