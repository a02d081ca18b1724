/** Findings on a queue as anomalies: with sentences for people and certificates for the verifier. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import type { QueueNames } from './collect.ts';
import type { Judgement, Promises, TwoDeliveries } from './judge.ts';
import type { Reordered } from './producer-order.ts';

/** At most so many anomalies of a type are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

export class QueueReport {
  readonly #history: History;
  readonly #judged: Judgement;
  readonly #names: QueueNames;
  readonly #promises: Promises;

  constructor(history: History, judged: Judgement, names: QueueNames, promises: Promises) {
    this.#history = history;
    this.#judged = judged;
    this.#names = names;
    this.#promises = promises;
  }

  /** Worst first. */
  anomalies(): Anomaly[] {
    const { lost, hidden, duplicates, failedVisible, unexpected, reordered, early, deadLettered } = this.#judged;
    const some = <T>(list: readonly T[], tell: (item: T) => Anomaly): Anomaly[] => {
      const [first, ...others] = list.slice(0, SPELLED_OUT).map(tell);
      if (first === undefined) return [];
      const sentence = list.length > 1 ? `${first.sentence} (one of ${list.length} such messages)` : first.sentence;
      return [{ ...first, sentence }, ...others];
    };
    return [
      ...(hidden === 0 ? some(lost, (message) => this.#lost(message)) : lost.length > 0 ? [this.#lostSome(lost)] : []),
      ...some(this.#promises.deadLetters === 'lost' ? deadLettered : [], (message) => this.#deadLettered(message)),
      ...some(duplicates, (pair) => this.#duplicate(pair)),
      ...some(failedVisible, (delivery) => this.#failedVisible(delivery)),
      ...some(unexpected, (delivery) => this.#unexpected(delivery)),
      ...some(early, (pair) => this.#early(pair)),
      ...some(reordered, (pair) => this.#reordered(pair)),
    ];
  }

  #lost(message: number): Anomaly {
    const ack = this.#judged.queue.messages.acked[message]!;
    const { last } = this.#judged.drain;
    return this.#anomaly(
      'lost',
      message,
      { ack },
      [this.#invocation(ack), ack, this.#invocation(last), last],
      `${this.#acknowledged(message)}, and no delivery up to the end of the final drain at ${whenAt(this.#history, last)} contains it`,
    );
  }

  #lostSome(missing: readonly number[]): Anomaly {
    const { queue, hidden, drain } = this.#judged;
    const acks = missing.map((message) => queue.messages.acked[message]!);
    const sentence =
      `${missing.length} messages were acknowledged (${words(queue.messages.values[missing[0]!])} to ${whoAt(this.#history, acks[0]!)} at ` +
      `${whenAt(this.#history, acks[0]!)}) and are in no delivery up to the end of the final drain; the ${hidden} dequeues of unknown outcome can have ` +
      `taken ${hidden}, so at least ${missing.length - hidden} are lost`;
    const ops = acks.slice(0, SPELLED_OUT).flatMap((ack) => [this.#invocation(ack), ack]);
    return this.#anomaly('lost', missing[0]!, { acks, hidden }, [...ops, drain.last], sentence, 'lost-some');
  }

  #deadLettered(message: number): Anomaly {
    const ack = this.#judged.queue.messages.acked[message]!;
    const at = this.#judged.queue.deliveries.complete[this.#firstDelivery(message)]!;
    return this.#anomaly(
      'dead-lettered',
      message,
      { ack, at },
      [this.#invocation(ack), ack, at],
      `${this.#acknowledged(message)}, and it was delivered to nobody: ${whoAt(this.#history, at)} found it among the dead letters at ${whenAt(this.#history, at)}`,
    );
  }

  #duplicate({ first, second }: TwoDeliveries): Anomaly {
    const { deliveries } = this.#judged.queue;
    const [once, again] = [deliveries.complete[first]!, deliveries.complete[second]!];
    return this.#anomaly(
      'duplicate',
      deliveries.message[first]!,
      { first: once, second: again },
      [this.#invocation(once), once, this.#invocation(again), again],
      `${this.#name(deliveries.message[first]!)} came twice: ${whoAt(this.#history, once)} had taken it and its acknowledgement was confirmed at ` +
        `${whenAt(this.#history, once)}, and ${whoAt(this.#history, again)}, who asked at ${whenAt(this.#history, this.#invocation(again))}, got it again`,
    );
  }

  #failedVisible(delivery: number): Anomaly {
    const { deliveries, messages } = this.#judged.queue;
    const message = deliveries.message[delivery]!;
    const at = deliveries.complete[delivery]!;
    const attempt = messages.refused[message]!;
    const refusal = this.#history.columns.pair[attempt]!;
    const [who, when] = [whoAt(this.#history, refusal), whenAt(this.#history, refusal)];
    return this.#anomaly(
      'failed-but-visible',
      message,
      { at },
      [attempt, refusal, at],
      `${this.#name(message)} was refused to ${who} at ${when} and delivered to ${whoAt(this.#history, at)} at ${whenAt(this.#history, at)}: either the system ` +
        `applied a write it refused, or the client's error table is wrong for ${errorCodeAt(this.#history, refusal)}`,
    );
  }

  #unexpected(delivery: number): Anomaly {
    const { deliveries, messages } = this.#judged.queue;
    const message = deliveries.message[delivery]!;
    const at = deliveries.complete[delivery]!;
    const later = messages.possible[message]!;
    const why = later === Infinity ? 'nobody ever enqueued it' : `it was first enqueued at ${whenAt(this.#history, later)}`;
    return this.#anomaly(
      'unexpected',
      message,
      { at },
      [at],
      `${whoAt(this.#history, at)} was delivered ${this.#name(message)} at ${whenAt(this.#history, at)}, and ${why}`,
    );
  }

  #early({ first, second }: TwoDeliveries): Anomaly {
    const { deliveries } = this.#judged.queue;
    const [held, again] = [deliveries.complete[first]!, deliveries.complete[second]!];
    const visibilityMs = this.#promises.visibilityMs ?? 0;
    return this.#anomaly(
      'early-redelivery',
      deliveries.message[first]!,
      { first: held, second: again, visibilityMs },
      [this.#invocation(held), held, this.#invocation(again), again],
      `${this.#name(deliveries.message[first]!)} came to ${whoAt(this.#history, held)}, who asked at ${whenAt(this.#history, this.#invocation(held))}, and again ` +
        `to ${whoAt(this.#history, again)} by ${whenAt(this.#history, again)}: sooner than after the ${visibilityMs} ms for which it should have been hidden`,
    );
  }

  #reordered({ earlier, later }: Reordered): Anomaly {
    const { deliveries, messages } = this.#judged.queue;
    const [one, other] = [deliveries.message[earlier]!, deliveries.message[later]!];
    const [ack, call] = [messages.acked[one]!, messages.possible[other]!];
    const [late, soon] = [deliveries.complete[earlier]!, deliveries.complete[later]!];
    const how =
      late === soon
        ? `${whoAt(this.#history, late)} got them in the other order`
        : `${whoAt(this.#history, soon)} had got ${words(messages.values[other])} at ` +
          `${whenAt(this.#history, soon)} before ${whoAt(this.#history, late)} asked, at ${whenAt(this.#history, this.#invocation(late))}, and got ${words(messages.values[one])}`;
    return this.#anomaly(
      'reordered',
      one,
      { after: messages.values[other]!, earlier: late, later: soon },
      [this.#invocation(ack), ack, call, soon, late],
      `${whoAt(this.#history, ack)} enqueued ${words(messages.values[one])} and then ${words(messages.values[other])}, but ${how}`,
    );
  }

  #anomaly(type: string, message: number, data: Readonly<Record<string, Value>>, ops: readonly number[], sentence: string, kind = type): Anomaly {
    const value = this.#judged.queue.messages.values[message]!;
    const certificate = { kind: `queue/${kind}`, data: { ...this.#names, message: value, ...data } };
    return { type, ops: [...new Set(ops.filter((op) => op >= 0 && op < Infinity))].sort((a, b) => a - b), sentence, certificate };
  }

  /** `message 12 is …: process 3 on n1 was told at 4.1 s that it had been enqueued`. */
  #acknowledged(message: number): string {
    const ack = this.#judged.queue.messages.acked[message]!;
    return `${whoAt(this.#history, ack)} was told at ${whenAt(this.#history, ack)} that ${this.#name(message)} had been enqueued`;
  }

  #name(message: number): string {
    const key = this.#history.value(this.#judged.queue.key);
    const value = words(this.#judged.queue.messages.values[message]);
    return `message ${value}${key === undefined ? '' : ` of ${words(key)}`}`;
  }

  #firstDelivery(message: number): number {
    return this.#judged.queue.deliveries.message.indexOf(message);
  }

  #invocation(completion: number): number {
    return this.#history.columns.pair[completion]!;
  }
}
