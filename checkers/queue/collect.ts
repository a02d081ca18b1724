/** What a history says of queues: who enqueued what, and every delivery. One pass over the events; one queue per key. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INFO, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { GrowableInts } from '../columns/growable.ts';
import { ask } from '../verdict/exhausted.ts';
import { readDelivery, readDrain } from './delivery.ts';
import { MessageIds } from './message-ids.ts';

/** The names of the operations. */
export interface QueueNames {
  readonly enqueue: string;
  readonly dequeue: string;
  readonly drain: string;
}

/** One entry per message, in order of first appearance. Event indices; Infinity where there is none. */
export interface Messages {
  readonly values: readonly Value[];
  /** First invocation of an attempt that may have happened (`ok`, `info`, unfinished). */
  readonly possible: number[];
  /** Attempts to enqueue it, whatever became of them. */
  readonly attempts: number[];
  /** First `ok` completion. */
  readonly acked: number[];
  /** First invocation among the attempts that were refused. */
  readonly refused: number[];
}

/** One entry per delivery, in order of completion and, in a drain, as they came. */
export interface Deliveries {
  readonly count: number;
  readonly message: Int32Array;
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  /** Its place in its drain; 0 for a dequeue. */
  readonly position: Int32Array;
  /** The codes of `delivery.ts`. */
  readonly ack: Int32Array;
  /** 1: the queue said that it had been delivered before; 0: that it had not; -1: nothing. */
  readonly redelivered: Int32Array;
  /** 1: found among the dead letters. */
  readonly deadLetter: Int32Array;
}

/** A drain that went on until the queue was empty. */
export interface FullDrain {
  readonly invoke: number;
  readonly complete: number;
}

export interface Queue {
  /** Value id of its key; `NO_VALUE` without one. */
  readonly key: number;
  readonly messages: Messages;
  readonly deliveries: Deliveries;
  readonly drains: readonly FullDrain[];
  /** Deliveries in drains. */
  readonly drained: number;
  /** Enqueues by outcome. */
  readonly enqueues: { readonly ok: number; readonly fail: number; readonly info: number };
  /** Invocations of the dequeues and drains whose outcome is unknown. */
  readonly unknownDequeues: readonly number[];
  readonly unknownDrains: readonly number[];
  /** The last event of anything but a drain that succeeded; -1 without any. */
  readonly lastMove: number;
  /** Nodes that clients spoke to, -1 for those who name none. */
  readonly nodes: ReadonlySet<number>;
}

export interface Collected {
  readonly queues: readonly Queue[];
  /** Invocations of clients that are of none of the three names. */
  readonly foreign: number;
  /** Completions whose value is no delivery. */
  readonly malformed: readonly number[];
}

/** Reads the history. O(events + deliveries). Throws BudgetExhausted. */
export function collectQueues(history: History, names: QueueNames, budget: Budget): Collected {
  const { columns } = history;
  const enqueue = history.fs.indexOf(names.enqueue);
  const dequeue = history.fs.indexOf(names.dequeue);
  const drain = history.fs.indexOf(names.drain);
  const collectors = new Map<number, Collector>();
  const malformed: number[] = [];
  let foreign = 0;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, i * 40);
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f !== enqueue && f !== dequeue && f !== drain) {
      if (type === INVOKE) foreign++;
      continue;
    }
    const key = columns.key[i]!;
    const collector = collectors.get(key) ?? new Collector(history, key);
    collectors.set(key, collector);
    if (f === enqueue) {
      if (type === INVOKE) collector.enqueue(i);
    } else if (type === INVOKE) collector.take(i, f === drain);
    else if (type === OK && !collector.took(i, f === drain)) malformed.push(i);
  }
  return { queues: Array.from(collectors.values(), (collector) => collector.finish()), foreign, malformed };
}

class Collector {
  readonly #history: History;
  readonly #key: number;
  readonly #ids = new MessageIds();
  readonly #messages = { possible: [] as number[], attempts: [] as number[], acked: [] as number[], refused: [] as number[] };
  readonly #columns = {
    message: new GrowableInts(),
    invoke: new GrowableInts(),
    complete: new GrowableInts(),
    position: new GrowableInts(),
    ack: new GrowableInts(),
    redelivered: new GrowableInts(),
    deadLetter: new GrowableInts(),
  };
  readonly #drains: FullDrain[] = [];
  readonly #enqueues = { ok: 0, fail: 0, info: 0 };
  readonly #unknownDequeues: number[] = [];
  readonly #unknownDrains: number[] = [];
  readonly #nodes = new Set<number>();
  #drained = 0;
  #lastMove = -1;

  constructor(history: History, key: number) {
    this.#history = history;
    this.#key = key;
  }

  enqueue(invocation: number): void {
    const { columns } = this.#history;
    const id = this.#id(this.#history.value(columns.value[invocation]!) ?? null);
    const completion = columns.pair[invocation]!;
    const outcome = outcomeAt(columns, invocation);
    const messages = this.#messages;
    this.#moved(invocation);
    messages.attempts[id] = messages.attempts[id]! + 1;
    if (outcome === FAIL || (outcome === OK && !isApplied(columns, completion))) {
      this.#enqueues.fail++;
      messages.refused[id] = Math.min(messages.refused[id]!, invocation);
      return;
    }
    this.#enqueues[outcome === OK ? 'ok' : 'info']++;
    messages.possible[id] = Math.min(messages.possible[id]!, invocation);
    if (outcome === OK) messages.acked[id] = Math.min(messages.acked[id]!, completion);
  }

  take(invocation: number, drain: boolean): void {
    const outcome = outcomeAt(this.#history.columns, invocation);
    this.#nodes.add(this.#history.columns.node[invocation]!);
    if (!drain || outcome !== OK) this.#moved(invocation);
    if (outcome === INFO) (drain ? this.#unknownDrains : this.#unknownDequeues).push(invocation);
  }

  /** False where the value is no delivery, or no list of them. */
  took(completion: number, drain: boolean): boolean {
    const { columns } = this.#history;
    const value = this.#history.value(columns.value[completion]!) ?? null;
    const invoke = columns.pair[completion]!;
    if (!drain) return value === null || this.#delivered(value, invoke, completion, 0);
    const answer = readDrain(value);
    if (answer === undefined) return false;
    if (answer.empty) this.#drains.push({ invoke, complete: completion });
    this.#drained += answer.deliveries.length;
    let sound = true;
    for (const [position, each] of answer.deliveries.entries()) sound = this.#delivered(each, invoke, completion, position) && sound;
    return sound;
  }

  #delivered(value: Value, invoke: number, complete: number, position: number): boolean {
    const delivery = readDelivery(value);
    if (delivery === undefined) return false;
    const columns = this.#columns;
    columns.message.push(this.#id(delivery.message));
    columns.invoke.push(invoke);
    columns.complete.push(complete);
    columns.position.push(position);
    columns.ack.push(delivery.ack);
    columns.redelivered.push(delivery.redelivered === undefined ? -1 : Number(delivery.redelivered));
    columns.deadLetter.push(Number(delivery.deadLetter));
    return true;
  }

  #moved(invocation: number): void {
    const { pair, node } = this.#history.columns;
    this.#lastMove = Math.max(this.#lastMove, invocation, pair[invocation]!);
    this.#nodes.add(node[invocation]!);
  }

  finish(): Queue {
    const { message, invoke, complete, position, ack, redelivered, deadLetter } = this.#columns;
    return {
      key: this.#key,
      messages: { values: this.#ids.values, ...this.#messages },
      deliveries: {
        count: message.length,
        message: message.view(),
        invoke: invoke.view(),
        complete: complete.view(),
        position: position.view(),
        ack: ack.view(),
        redelivered: redelivered.view(),
        deadLetter: deadLetter.view(),
      },
      drains: this.#drains,
      drained: this.#drained,
      enqueues: this.#enqueues,
      unknownDequeues: this.#unknownDequeues,
      unknownDrains: this.#unknownDrains,
      lastMove: this.#lastMove,
      nodes: this.#nodes,
    };
  }

  #id(message: Value): number {
    const id = this.#ids.of(message);
    const { possible, attempts, acked, refused } = this.#messages;
    if (id === possible.length) {
      possible.push(Infinity);
      attempts.push(0);
      acked.push(Infinity);
      refused.push(Infinity);
    }
    return id;
  }
}
