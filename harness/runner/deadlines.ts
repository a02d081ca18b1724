/**
 * The deadlines of all operations behind one timer. Operations of one class (the same time allowed) expire in the order
 * in which they began, so each class is a list; what completes in time leaves its list at once and no timer is touched.
 */
import type { Clock, Ns, Timer } from '../contracts/index.ts';

/** An operation in flight, as a link of its class's list. */
export abstract class Expiring {
  readonly deadline: Ns;
  previous: Expiring | undefined;
  next: Expiring | undefined;
  list: DeadlineList | undefined;

  constructor(deadline: Ns) {
    this.deadline = deadline;
  }

  /** Called once, when the deadline passed and it was not removed. */
  abstract expire(): void;
}

interface DeadlineList {
  head: Expiring | undefined;
  tail: Expiring | undefined;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<Ns, DeadlineList>();
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `allowed` names the class: within one, deadlines must come in order. */
  add(operation: Expiring, allowed: Ns): void {
    let list = this.#lists.get(allowed);
    if (list === undefined) {
      list = { head: undefined, tail: undefined };
      this.#lists.set(allowed, list);
    }
    operation.list = list;
    operation.previous = list.tail;
    if (list.tail === undefined) list.head = operation;
    else list.tail.next = operation;
    list.tail = operation;
    if (operation.deadline < this.#armedFor) this.#arm(operation.deadline);
  }

  /** Idempotent. */
  remove(operation: Expiring): void {
    const { list, previous, next } = operation;
    if (list === undefined) return;
    if (previous === undefined) list.head = next;
    else previous.next = next;
    if (next === undefined) list.tail = previous;
    else next.previous = previous;
    operation.list = undefined;
    operation.previous = undefined;
    operation.next = undefined;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #arm(time: Ns): void {
    this.#timer?.cancel();
    this.#armedFor = time;
    this.#timer = this.#clock.at(time, () => this.#fire());
  }

  #fire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (const list of this.#lists.values()) {
      for (let head = list.head; head !== undefined && head.deadline <= now; head = list.head) {
        this.remove(head);
        head.expire();
      }
    }
    let earliest: Ns | undefined;
    for (const { head } of this.#lists.values()) if (head !== undefined && (earliest === undefined || head.deadline < earliest)) earliest = head.deadline;
    if (earliest !== undefined && earliest < this.#armedFor) this.#arm(earliest);
  }
}
