/** From a history of sends and polls to columns: one pass over the invocations, and the text of each answer read once. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INFO, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { lastNemesisEvent, runPhases } from '../columns/run-phases.ts';
import { valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';
import type { LogColumns } from './columns.ts';
import { LogClient } from './consumer.ts';
import { keysOf, type MicroOpVisitor, visitMicroOps } from './micro-ops.ts';
import { LogTables } from './tables.ts';

export interface LogReading {
  /** Whether the group may take partitions from a subscribed consumer without its being in the history. */
  readonly rebalances: 'any-time' | 'recorded';
  /** So many empty polls in a row say that a final consumer has read to the end. */
  readonly caughtUpAfter: number;
}

/** What Jepsen's workload does besides, without an effect on the log. */
const HARMLESS = new Set(['crash', 'debug-topic-partitions']);

/** O(size of the history). Throws BudgetExhausted. */
export function collectLog(history: History, reading: LogReading, budget: Budget): LogColumns {
  return new Collector(history, reading).collect(budget);
}

class Collector implements MicroOpVisitor {
  readonly #history: History;
  readonly #reading: LogReading;
  readonly #value: (id: number) => Value | undefined;
  readonly #tables = new LogTables();
  readonly #clients = new Map<number, LogClient>();
  readonly #foreign: number[] = [];
  readonly #malformed: number[] = [];
  #polls = 0;
  #rebalances = 0;
  #lastSending = -1;
  /** The operation at hand. */
  #op = -1;
  #outcome = INFO;
  #txn = false;
  #client = new LogClient(-1);
  #pollsOfOp = 0;
  #recordsOfOp = 0;

  constructor(history: History, reading: LogReading) {
    this.#history = history;
    this.#reading = reading;
    this.#value = valueReader(history);
  }

  collect(budget: Budget): LogColumns {
    const { columns, fs, length } = this.#history;
    for (let i = 0; i < length; i++) {
      if ((i & 0xfff) === 0) {
        ask(budget, this.#tables.bytes);
        budget.progress(i, length * 2);
      }
      if (!isClient(columns, i) || eventType(columns, i) !== INVOKE) continue;
      const f = fs[columns.f[i]!]!;
      this.#client = this.#clientOf(columns.process[i]!, i);
      if (f === 'send' || f === 'poll' || f === 'txn') this.#operation(i, f === 'txn');
      else if (f === 'assign' || f === 'subscribe') this.#choice(i, f === 'subscribe');
      else if (!HARMLESS.has(f)) this.#foreign.push(i);
    }
    return this.#columns();
  }

  send(key: string, value: Value, offset: number | null): void {
    const { sends, values } = this.#tables;
    const keyId = this.#tables.key(key);
    const id = this.#tables.value(keyId, value);
    const send = sends.op.push(this.#op) - 1;
    sends.value.push(id);
    sends.slot.push(offset === null || this.#outcome !== OK ? -1 : this.#tables.place(keyId, offset, id, this.#op));
    const failed = this.#outcome === FAIL;
    sends.previous.push(failed ? -1 : (this.#client.sent.get(keyId) ?? -1));
    if (failed) {
      if (values.failed[id] === -1) values.failed[id] = send;
      return;
    }
    this.#client.sent.set(keyId, send);
    values.attempts[id] = values.attempts[id]! + 1;
    if (values.possible[id] === -1) values.possible[id] = send;
    if (this.#outcome === OK && values.acked[id] === -1) values.acked[id] = send;
  }

  poll(): void {
    this.#polls++;
    this.#pollsOfOp++;
    const unbroken = this.#reading.rebalances === 'recorded' || !this.#client.subscribed || (this.#txn && this.#pollsOfOp > 1);
    if (!unbroken) this.#client.lost();
  }

  record(key: string, offset: number, value: Value): void {
    const { records, values, slots } = this.#tables;
    const keyId = this.#tables.key(key);
    const id = this.#tables.value(keyId, value);
    const slot = this.#tables.place(keyId, offset, id, this.#op);
    const record = records.op.push(this.#op) - 1;
    records.value.push(id);
    records.slot.push(slot);
    records.previous.push(this.#client.positions.get(keyId) ?? -1);
    records.grouped.push(this.#client.subscribed ? 1 : 0);
    if (values.seen[id] === -1) values.seen[id] = record;
    this.#recordsOfOp++;
    this.#client.got(keyId, record, (reached) => offset > slots.offset[records.slot[reached]!]!);
  }

  rebalance(keys: readonly string[]): void {
    this.#rebalances++;
    this.#client.lost(keys.map((key) => this.#tables.key(key)));
  }

  #clientOf(process: number, at: number): LogClient {
    let client = this.#clients.get(process);
    if (client === undefined) {
      client = new LogClient(at);
      this.#clients.set(process, client);
    }
    return client;
  }

  /** An operation is what its acknowledgement says; where there is none, what was asked for. */
  #operation(invoke: number, txn: boolean): void {
    const { columns } = this.#history;
    const { ops, sends } = this.#tables;
    const complete = columns.pair[invoke]!;
    this.#outcome = complete < 0 ? INFO : eventType(columns, complete);
    this.#txn = txn;
    this.#pollsOfOp = 0;
    this.#recordsOfOp = 0;
    this.#op = ops.invoke.push(invoke) - 1;
    ops.complete.push(complete);
    ops.outcome.push(this.#outcome);
    ops.txn.push(txn ? 1 : 0);
    const acknowledged = this.#outcome === OK;
    const before = sends.op.length;
    if (!visitMicroOps(this.#value(columns.value[acknowledged ? complete : invoke]!), acknowledged, this))
      this.#malformed.push(acknowledged ? complete : invoke);
    ops.firstSend.push(sends.op.length);
    if (sends.op.length > before) this.#lastSending = Math.max(this.#lastSending, invoke, complete);
    if (this.#pollsOfOp === 0) return;
    if (acknowledged) this.#client.polledBy(this.#op, this.#recordsOfOp, this.#reading.caughtUpAfter);
    else this.#client.lost();
  }

  #choice(invoke: number, subscribed: boolean): void {
    const { columns } = this.#history;
    const complete = columns.pair[invoke]!;
    const done = complete >= 0 && eventType(columns, complete) === OK;
    this.#client.chose(done ? keysOf(this.#value(columns.value[invoke]!)) : undefined, subscribed);
  }

  #columns(): LogColumns {
    const { keys, ops, sends, records, values, slots, moved, overwritten } = this.#tables;
    const quiet = this.#quiet();
    const finalReaders = Array.from(this.#clients.values(), (client) => client.finalReader(quiet)).filter((reader) => reader !== undefined);
    const counted = { polls: this.#polls, rebalances: this.#rebalances, foreign: this.#foreign, malformed: this.#malformed };
    return { keys, ops, sends, records, values, slots, moved, overwritten, finalReaders, ...counted };
  }

  /** Where final reads begin: their phase, or, in a history without phases, when all else had ended. */
  #quiet(): number {
    const phases = runPhases(this.#history);
    return phases.size > 0 ? (phases.get('final-reads') ?? Number.POSITIVE_INFINITY) : Math.max(this.#lastSending, lastNemesisEvent(this.#history));
  }
}
