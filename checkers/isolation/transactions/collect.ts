/**
 * From a history to columns of transactions. O(bytes of the transactions' texts). A transaction's micro-operations are
 * those of its acknowledgement; where it failed or is unknown, those of its invocation, whose reads say nothing.
 */
import { type Budget, type History, NO_VALUE, type Value } from '../../../harness/contracts/index.ts';
import { eventType, INFO, INVOKE, isClient, OK, tableOrdinal } from '../../../harness/history/columns.ts';
import { TextTable } from '../../../harness/history/text-table.ts';
import { historyToMessage } from '../../../harness/history/transfer.ts';
import { ask } from '../../verdict/exhausted.ts';
import { NIL, READ, type Transactions, UNKNOWN_LENGTH } from './columns.ts';
import { ElementReader } from './elements.ts';
import { KeyTable } from './key-table.ts';
import { MicroOpScanner, NotATransaction } from './micro-op-scanner.ts';
import { OpColumns } from './op-columns.ts';

/** Most transactions have fewer micro-operations: room that is never touched costs nothing. */
const USUAL_OPS = 4;

/** Collects all transactions of clients. Throws BudgetExhausted. */
export function collectTransactions(history: History, budget: Budget): Transactions {
  return new Collector(history, budget).collect();
}

class Collector {
  readonly #history: History;
  readonly #budget: Budget;
  readonly #arena: Uint8Array;
  readonly #offsets: Float64Array;
  readonly #texts = new TextTable();
  readonly #keys = new KeyTable();
  readonly #ops: OpColumns;
  readonly #scanner: MicroOpScanner;
  readonly #outcome: Uint8Array;
  readonly #process: Int32Array;
  readonly #invocation: Int32Array;
  readonly #completion: Int32Array;
  readonly #firstOp: Int32Array;
  readonly #textStart: Float64Array;
  #count = 0;
  #foreign = 0;
  #last = new Int32Array(0);

  constructor(history: History, budget: Budget) {
    const { arena, offsets } = historyToMessage(history).texts;
    this.#history = history;
    this.#budget = budget;
    this.#arena = arena;
    this.#offsets = offsets;
    this.#scanner = new MicroOpScanner(arena, this.#texts);
    const most = countOperations(history);
    this.#ops = new OpColumns(16 + most * USUAL_OPS);
    this.#outcome = new Uint8Array(most);
    this.#process = new Int32Array(most);
    this.#invocation = new Int32Array(most);
    this.#completion = new Int32Array(most);
    this.#firstOp = new Int32Array(most + 1);
    this.#textStart = new Float64Array(most);
  }

  collect(): Transactions {
    const { columns, length } = this.#history;
    for (let i = 0; i < length; i++) {
      if ((i & 0xfff) === 0) this.#ask(i);
      if (!isClient(columns, i)) continue;
      const isInvocation = eventType(columns, i) === INVOKE;
      const pair = columns.pair[i]!;
      if (isInvocation) this.#operation(i, pair);
      else if (pair < 0) this.#operation(-1, i);
    }
    return this.#transactions();
  }

  #ask(done: number): void {
    ask(this.#budget, this.#ops.bytes + this.#outcome.length * 33);
    if ((done & 0xffff) === 0) this.#budget.progress(done, this.#history.length * 2);
  }

  #operation(invocation: number, completion: number): void {
    const { columns } = this.#history;
    const outcome = completion < 0 ? INFO : eventType(columns, completion);
    const source = outcome === OK || invocation < 0 ? completion : invocation;
    const ordinal = tableOrdinal(columns.value[source]!);
    const t = this.#count;
    const before = this.#ops.length;
    try {
      if (columns.value[source] === NO_VALUE || ordinal < 0) throw new NotATransaction('no list of micro-operations');
      this.#scan(t, this.#offsets[ordinal]!, outcome === OK);
    } catch (error) {
      if (!(error instanceof NotATransaction)) throw error;
      this.#ops.length = before;
      this.#foreign++;
      return;
    }
    this.#outcome[t] = outcome;
    this.#process[t] = columns.process[completion < 0 ? invocation : completion]!;
    this.#invocation[t] = invocation;
    this.#completion[t] = completion;
    this.#firstOp[t + 1] = this.#ops.length;
    this.#count++;
  }

  #scan(t: number, start: number, certain: boolean): void {
    const scanner = this.#scanner;
    this.#textStart[t] = start;
    if (!scanner.open(start)) return;
    const first = this.#ops.length;
    let more = true;
    while (more) {
      more = scanner.next();
      const key = this.#keys.dense(scanner.key);
      const known = certain || scanner.kind !== READ;
      this.#ops.push(scanner, t, key, start, known ? scanner.length : UNKNOWN_LENGTH, this.#previousOn(key, first));
    }
  }

  /** The last micro-operation of this transaction on the key; remembers the one about to be pushed. */
  #previousOn(key: number, first: number): number {
    if (key >= this.#last.length) {
      const larger = new Int32Array(Math.max(1024, key * 2)).fill(-1);
      larger.set(this.#last);
      this.#last = larger;
    }
    const previous = this.#last[key]!;
    this.#last[key] = this.#ops.length;
    // What a transaction that turned out to be none has left points at or behind the next one's own operations.
    return previous >= first && previous < this.#ops.length && this.#ops.keyAt(previous) === key ? previous : -1;
  }

  #transactions(): Transactions {
    const count = this.#count;
    const ops = this.#ops.finish();
    const value = (id: number): Value => (id >= 0 ? id : id === NIL ? null : (JSON.parse(this.#texts.text(-1 - id)) as Value));
    return {
      count,
      outcome: this.#outcome.subarray(0, count),
      process: this.#process.subarray(0, count),
      invocation: this.#invocation.subarray(0, count),
      completion: this.#completion.subarray(0, count),
      firstOp: this.#firstOp.subarray(0, count + 1),
      ...ops,
      keyCount: this.#keys.count,
      keyValue: (key) => value(this.#keys.id(key)),
      elementValue: value,
      elements: new ElementReader(this.#arena, this.#texts, this.#textStart, ops.place, ops.owner),
      foreign: this.#foreign,
      listReads: this.#scanner.listReads,
      scalarReads: this.#scanner.scalarReads,
    };
  }
}

/** Client operations: invocations, and completions of which the invocation is missing. */
function countOperations({ columns, length }: History): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (columns.process[i]! >= 0 && (eventType(columns, i) === INVOKE || columns.pair[i]! < 0)) count++;
  return count;
}
