/**
 * Questions to other nodes, with answers that may not come. By callback, not by promise: handlers of node programs are
 * synchronous, so that what an answer leads to happens at the moment the answer arrives.
 */
import type { Env, NodeId, Ns, Timer, Value } from '../../harness/contracts/index.ts';

interface Waiting {
  readonly timer: Timer;
  readonly done: (answer: Value | undefined) => void;
}

export class PeerCalls {
  readonly #env: Env;
  readonly #waiting = new Map<number, Waiting>();
  #calls: number;

  constructor(env: Env) {
    this.#env = env;
    // answers to a former incarnation must not be taken for answers to this one
    this.#calls = env.rng.int(0, 0x3fffffff);
  }

  /** Sends `message` with the number of the call; `done` gets the answer, or undefined after `patience`. */
  ask(to: NodeId, message: Readonly<Record<string, Value>>, patience: Ns, done: (answer: Value | undefined) => void): void {
    const call = ++this.#calls;
    const end = (answer: Value | undefined): void => {
      const waiting = this.#waiting.get(call);
      this.#waiting.delete(call);
      waiting?.timer.cancel();
      waiting?.done(answer);
    };
    this.#waiting.set(call, { timer: this.#env.timer(patience, () => end(undefined)), done });
    this.#env.send(to, { ...message, call });
  }

  /** Takes an answer; gives whether the message was one. Late answers are nobody's. */
  receive(message: Value): boolean {
    const { type, call, value } = message as { readonly type?: string; readonly call?: number; readonly value?: Value };
    if (type !== 'answer' || call === undefined) return false;
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    waiting?.timer.cancel();
    waiting?.done(value ?? null);
    return true;
  }

  get outstanding(): number {
    return this.#waiting.size;
  }
}
