/** The outside world: takes requests, applies them or answers again, and remembers every arrival and every effect in order (rule 29). */
import type { Value } from '../contracts/index.ts';
import { ARRIVAL, EFFECT, type SinkKind } from './observed.ts';

/** What a sink is asked to do. */
export interface SinkRequest {
  /** The tag of the intent that the request serves; what the checker goes by, never the sink. Absent where the request names none. */
  readonly intent?: number | string;
  readonly payload: Value;
  /** The idempotency key that the caller chose; a `plain` sink does not look at it. */
  readonly key?: string | number;
}

/** `receipt` is the number of the effect: equal for a repeat that was answered from the store. */
export type SinkAnswer = { readonly receipt: number } | { readonly refused: 'key-reused' };

export interface LedgerEntry {
  readonly f: typeof ARRIVAL | typeof EFFECT;
  readonly intent?: number | string;
  readonly payload: Value;
}

/** Pure bookkeeping: the transport is around it. */
export class EffectLedger {
  readonly kind: SinkKind;
  readonly #entries: LedgerEntry[] = [];
  readonly #stored = new Map<string | number, { readonly payload: string; readonly receipt: number }>();
  #effects = 0;

  constructor(kind: SinkKind) {
    this.kind = kind;
  }

  /** One request, applied before it is answered: so a lost answer is one to an effect that happened. */
  apply({ intent, payload, key }: SinkRequest): SinkAnswer {
    const tag = intent === undefined ? {} : { intent };
    this.#entries.push({ f: ARRIVAL, ...tag, payload });
    const text = JSON.stringify(payload);
    const stored = this.kind === 'keyed' && key !== undefined ? this.#stored.get(key) : undefined;
    if (stored !== undefined) return stored.payload === text ? { receipt: stored.receipt } : { refused: 'key-reused' };
    this.#entries.push({ f: EFFECT, ...tag, payload });
    const receipt = ++this.#effects;
    if (key !== undefined) this.#stored.set(key, { payload: text, receipt });
    return { receipt };
  }

  get length(): number {
    return this.#entries.length;
  }

  entriesFrom(position: number): readonly LedgerEntry[] {
    return this.#entries.slice(position);
  }
}
