/** The nemesis's thread: one operation at a time, bounded, and never an exception. */
import type { Clock, Invocation, Nemesis, Ns, OpError, Value } from '../contracts/index.ts';
import { messageOf } from '../errors/ordeal-error.ts';
import { within } from '../lifecycle/deadline.ts';
import { RUNNER_CODES } from './outcome.ts';

export interface NemesisAnswer {
  readonly value: Value;
  readonly error?: OpError;
}

export class NemesisThread {
  readonly #nemesis: Nemesis | undefined;
  readonly #clock: Clock;
  readonly #deadline: Ns;
  #giveUp: AbortController | undefined;

  constructor(nemesis: Nemesis | undefined, clock: Clock, deadline: Ns) {
    this.#nemesis = nemesis;
    this.#clock = clock;
    this.#deadline = deadline;
  }

  /** An operation is in flight. */
  get active(): boolean {
    return this.#giveUp !== undefined;
  }

  /** Never rejects. */
  invoke(op: Invocation): Promise<NemesisAnswer> {
    const nemesis = this.#nemesis;
    const controller = new AbortController();
    this.#giveUp = controller;
    const attempt = async (): Promise<NemesisAnswer> => ({ value: (await nemesis?.invoke({ f: op.f, value: op.value }))?.value ?? null });
    const failed = (error: unknown): NemesisAnswer => ({ value: op.value, error: { code: RUNNER_CODES.nemesisFailed, message: messageOf(error) } });
    return within(this.#clock, this.#deadline, `the nemesis's ${op.f}`, attempt, controller.signal)
      .catch(failed)
      .finally(() => {
        this.#giveUp = undefined;
      });
  }

  /** Does not wait for the operation in flight any longer. */
  giveUp(): void {
    this.#giveUp?.abort(new Error('the run is over'));
  }
}
