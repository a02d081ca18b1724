/** Transactions, keys and elements in sentences. */
import { words } from '../../columns/events.ts';
import type { TransactionRows, Transactions } from '../transactions/columns.ts';

export class TransactionNames {
  readonly #rows: TransactionRows;

  constructor(rows: TransactionRows) {
    this.#rows = rows;
  }

  /** The event that a transaction is known by: its completion, or its invocation where that is missing. */
  event(t: number): number {
    const completion = this.#rows.completion[t]!;
    return completion >= 0 ? completion : this.#rows.invocation[t]!;
  }

  /** `T12 (process 3)`: by that event. */
  transaction(t: number): string {
    return `T${this.event(t)} (process ${this.#rows.process[t]})`;
  }
}

export class Names extends TransactionNames {
  readonly #txns: Transactions;

  constructor(transactions: Transactions) {
    super(transactions);
    this.#txns = transactions;
  }

  key(key: number): string {
    return words(this.#txns.keyValue(key));
  }

  element(id: number): string {
    return words(this.#txns.elementValue(id));
  }

  /** What a read of a list returned. */
  list(read: number): string {
    const length = this.#txns.length[read]!;
    return words(Array.from(this.#txns.elements.of(read, length), (id) => this.#txns.elementValue(id)));
  }
}
