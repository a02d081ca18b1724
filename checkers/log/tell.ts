/** Anomalies of logs in sentences, each with the events that show it as its certificate. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import type { LogReading } from './collect.ts';
import type { LogColumns } from './columns.ts';
import type { LogFinding } from './findings.ts';

interface Told {
  readonly ops: readonly number[];
  readonly sentence: string;
  readonly data: { readonly [key: string]: Value };
}

export class LogReport {
  readonly #history: History;
  readonly #log: LogColumns;
  readonly #reading: LogReading;

  constructor(history: History, log: LogColumns, reading: LogReading) {
    this.#history = history;
    this.#log = log;
    this.#reading = reading;
  }

  tell(finding: LogFinding): Anomaly {
    const { ops, sentence, data } = this.#told(finding);
    const { type } = finding;
    const { rebalances, caughtUpAfter } = this.#reading;
    return { type, ops, sentence, certificate: { kind: `log/${type}`, data: { rebalances, caughtUpAfter, ...data } } };
  }

  #told(finding: LogFinding): Told {
    switch (finding.type) {
      case 'lost-write':
        return this.#lost(finding);
      case 'unseen':
        return this.#unseen(finding);
      case 'torn-transaction':
        return this.#torn(finding);
      case 'duplicate':
        return this.#duplicate(finding);
      case 'inconsistent-offsets':
      case 'consumed-twice':
        return this.#atOffset(finding);
      case 'unexpected':
      case 'aborted-read':
      case 'failed-but-visible':
      case 'precommitted-read':
        return this.#impossible(finding);
      case 'nonmonotonic-send':
      case 'int-nonmonotonic-send':
      case 'int-send-skip':
        return this.#sends(finding);
      default:
        return this.#polls(finding);
    }
  }

  #lost({ value, send, before, after }: LogFinding): Told {
    const { sends, records } = this.#log;
    const acked = this.#complete(sends.op[send!]!);
    const offset = this.#offset(sends.slot[send!]!);
    const read = this.#complete(records.op[after!]!);
    const beyond = this.#offset(records.slot[after!]!);
    const from = before === -1 ? 'read from the beginning' : `had read offset ${this.#offset(records.slot[before!]!)}`;
    return {
      ops: [acked, read],
      sentence: `${this.#what(value!)}, acknowledged at offset ${offset} to ${this.#who(acked)}, was never polled by anybody, though ${whoAt(this.#history, read)} ${from} and then offset ${beyond} at ${whenAt(this.#history, read)}`,
      data: {
        ...this.#named(value!),
        offset,
        ack: acked,
        before: before === -1 ? null : this.#complete(records.op[before!]!),
        after: read,
        afterOffset: beyond,
        beforeOffset: before === -1 ? null : this.#offset(records.slot[before!]!),
      },
    };
  }

  #unseen({ value, send, two }: LogFinding): Told {
    const acked = this.#complete(this.#log.sends.op[send!]!);
    const end = this.#complete(two!);
    const sentence = `${this.#what(value!)}, acknowledged to ${this.#who(acked)}, was never polled by anybody, though ${this.#who(end)} had read to the end`;
    return { ops: [acked, end], sentence, data: { ...this.#named(value!), ack: acked, end } };
  }

  #torn({ value, one, record, two }: LogFinding): Told {
    const { records, ops } = this.#log;
    const seen = records.value[record!]!;
    const read = this.#complete(records.op[record!]!);
    const end = this.#complete(two!);
    const invoke = ops.invoke[one!]!;
    const sentence = `the transaction of ${this.#who(invoke)}, whose outcome is unknown, was done in part: ${this.#what(seen)} was polled by ${this.#who(read)}, but ${this.#what(value!)} by nobody, though ${this.#who(end)} had read to the end`;
    const { key: seenKey, value: seenValue } = this.#named(seen);
    return { ops: [invoke, read, end], sentence, data: { ...this.#named(value!), invoke, read, seenKey, seenValue, end } };
  }

  #duplicate({ value, one, two }: LogFinding): Told {
    const first = this.#complete(one!);
    const second = this.#complete(two!);
    const { values } = this.#log;
    const sent = values.attempts[value!]! > 1 ? `sent ${values.attempts[value!]} times` : 'sent once';
    const sentence = `${this.#what(value!)}, ${sent}, stands at ${values.slots[value!]} offsets: one by ${this.#who(first)}, another by ${this.#who(second)}`;
    return { ops: first === second ? [first] : [first, second], sentence, data: { ...this.#named(value!), first, second } };
  }

  #atOffset({ type, slot, value, one, two }: LogFinding): Told {
    const { slots, keys, values } = this.#log;
    const first = this.#complete(one!);
    const second = this.#complete(two!);
    const offset = this.#offset(slot!);
    const key = keys[slots.key[slot!]!]!;
    const data = { key, offset, first, second };
    const ops = first === second ? [first] : [first, second];
    if (type === 'consumed-twice') {
      const sentence = `offset ${offset} of ${words(key)} was taken by two transactions of the group: of ${this.#who(first)} and of ${this.#who(second)}`;
      return { ops, sentence, data };
    }
    const [one1, other] = [values.value[slots.value[slot!]!]!, values.value[value!]!];
    const sentence = `offset ${offset} of ${words(key)} holds ${words(one1)} by ${this.#who(first)}, and ${words(other)} by ${this.#who(second)}`;
    return { ops, sentence, data: { ...data, value: one1, other } };
  }

  #impossible({ type, value, record, send }: LogFinding): Told {
    const at = this.#complete(this.#log.records.op[record!]!);
    const read = `${this.#what(value!)} was polled by ${this.#who(at)}`;
    const data = { ...this.#named(value!), at };
    if (type === 'unexpected') return { ops: [at], sentence: `${read}, and nobody had sent it before`, data };
    if (type === 'precommitted-read') return { ops: [at], sentence: `${read}, in the transaction that sends it`, data };
    const failed = this.#complete(this.#log.sends.op[send!]!);
    const why = type === 'aborted-read' ? 'the transaction that sent it had failed' : 'the send had failed';
    const table = `either the system applied a ${type === 'aborted-read' ? 'transaction' : 'send'} it refused, or the client's error table is wrong for ${errorCodeAt(this.#history, failed)}`;
    return { ops: [failed, at], sentence: `${read}, though ${why} (${this.#who(failed)}): ${table}`, data: { ...data, failed } };
  }

  #polls({ type, before, after, slot, record }: LogFinding): Told {
    const { records } = this.#log;
    const first = this.#complete(records.op[before!]!);
    const second = this.#complete(records.op[after!]!);
    const from = this.#offset(records.slot[before!]!);
    const to = this.#offset(records.slot[after!]!);
    const key = this.#keyOf(records.slot[after!]!);
    const ops = first === second ? [first] : [first, second];
    const data = { key, before: first, beforeOffset: from, after: second, afterOffset: to };
    const got = `${whoAt(this.#history, second)} polled offset ${from} of ${words(key)} and next offset ${to}, at ${whenAt(this.#history, second)}`;
    if (type !== 'poll-skip' && type !== 'int-poll-skip') return { ops, sentence: got, data };
    const seen = this.#complete(records.op[record!]!);
    const skipped = this.#offset(slot!);
    return { ops: [...ops, seen], sentence: `${got}; offset ${skipped} between them was polled by ${this.#who(seen)}`, data: { ...data, skipped, seen } };
  }

  #sends({ type, before, after, slot, record }: LogFinding): Told {
    const { sends, ops, values, records } = this.#log;
    const first = ops.invoke[sends.op[before!]!]!;
    const second = ops.invoke[sends.op[after!]!]!;
    const [one, two] = [sends.value[before!]!, sends.value[after!]!];
    const [from, to] = [this.#sentAt(before!), this.#sentAt(after!)];
    const data = { ...this.#named(two), earlierValue: values.value[one]!, before: first, beforeOffset: from, after: second, afterOffset: to };
    const pair = first === second ? [first] : [first, second];
    const said = `${this.#who(second)} sent ${words(values.value[one])} and then ${words(values.value[two])} to ${words(this.#log.keys[values.key[two]!])}, which stand at offset ${from} and at offset ${to}`;
    if (type !== 'int-send-skip') return { ops: pair, sentence: said, data };
    const seen = this.#complete(records.op[record!]!);
    const skipped = this.#offset(slot!);
    return { ops: [...pair, seen], sentence: `${said}; between them stands offset ${skipped}, as ${this.#who(seen)} saw`, data: { ...data, skipped, seen } };
  }

  #sentAt(send: number): number {
    const { sends, values } = this.#log;
    const slot = sends.slot[send]!;
    return this.#offset(slot === -1 ? values.slot[sends.value[send]!]! : slot);
  }

  #complete(op: number): number {
    const { complete, invoke } = this.#log.ops;
    return complete[op] === -1 ? invoke[op]! : complete[op]!;
  }

  #offset(slot: number): number {
    return this.#log.slots.offset[slot]!;
  }

  #keyOf(slot: number): string {
    return this.#log.keys[this.#log.slots.key[slot]!]!;
  }

  #named(value: number): { readonly key: string; readonly value: Value } {
    const { values, keys } = this.#log;
    return { key: keys[values.key[value]!]!, value: values.value[value]! };
  }

  /** `the value 5 of "2"`. */
  #what(value: number): string {
    const { key, value: item } = this.#named(value);
    return `${words(item)} in ${words(key)}`;
  }

  /** `process 3 on n1 at 0.004 s`. */
  #who(index: number): string {
    return `${whoAt(this.#history, index)} at ${whenAt(this.#history, index)}`;
  }
}
