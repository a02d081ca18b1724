/** One operation in flight: what its client sees (`Call`), and what the runner remembers of it. */
import type { Call, Invocation, Ns, Value } from '../contracts/index.ts';
import { Expiring } from './deadlines.ts';

/** Who is told of what happens to a call. */
export interface CallOwner<T> {
  /** The client saw something that is no answer (a watch, a subscription). */
  observed(f: string, value: Value): void;
  expired(call: OperationCall<T>): void;
}

/** `T` is what the owner keeps with it. */
export class OperationCall<T> extends Expiring implements Call {
  readonly op: Invocation;
  readonly context: T;
  /** It has its one completion; whatever comes now is late. */
  settled = false;
  readonly #owner: CallOwner<T>;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(op: Invocation, deadline: Ns, context: T, owner: CallOwner<T>) {
    super(deadline);
    this.op = op;
    this.context = context;
    this.#owner = owner;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  observe(f: string, value: Value): void {
    this.#owner.observed(f, value);
  }

  expire(): void {
    this.#owner.expired(this);
  }

  abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}
