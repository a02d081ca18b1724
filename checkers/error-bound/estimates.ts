/** What each estimate may be, given what had certainly and what had possibly been added. One pass. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { numberIn, valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

export interface EstimateLaw {
  readonly of: 'sum' | 'distinct';
  readonly epsilon: number;
  readonly error: 'relative' | 'absolute';
  readonly reads: 'every' | 'final';
  readonly independent: 'keys' | 'estimates';
  readonly add: string;
  readonly read: string;
}

/** An estimate that counts. */
export interface Estimate {
  readonly at: number;
  readonly value: number;
  /** The truth lies in between. */
  readonly least: number;
  readonly most: number;
}

export interface Estimates {
  /** In the order of their completions. */
  readonly judged: readonly Estimate[];
  readonly estimates: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Invocations that add nothing that counts, and reads that return no number. */
  readonly unclear: readonly number[];
  /** Client operations of other names. */
  readonly foreign: number;
}

/** What was added under a key. `up` and `down`: what increases and what decreases it. */
interface Added {
  acknowledgedUp: number;
  acknowledgedDown: number;
  attemptedUp: number;
  attemptedDown: number;
  /** By element, where distinct ones count: whether it is acknowledged. */
  readonly elements: Map<Value, boolean>;
  /** The last event that adds. */
  last: number;
  judged: Estimate[];
}

const BYTES_PER_ITEM = 80;

/** O(events). Throws BudgetExhausted. */
export function collectEstimates(history: History, law: EstimateLaw, budget: Budget): Estimates {
  const { columns } = history;
  const [add, read] = [history.fs.indexOf(law.add), history.fs.indexOf(law.read)];
  const scan = new Scan(history, law);
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, 16 * history.length + (scan.acknowledged + scan.estimates) * BYTES_PER_ITEM);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f === add) scan.added(i, type === INVOKE);
    else if (f !== read) scan.foreign += type === INVOKE ? 1 : 0;
    else if (type === INVOKE) scan.begin(i);
    else if (type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) scan.read(i);
  }
  return scan;
}

class Scan implements Estimates {
  estimates = 0;
  acknowledged = 0;
  refused = 0;
  unknown = 0;
  readonly unclear: number[] = [];
  foreign = 0;
  readonly #history: History;
  readonly #law: EstimateLaw;
  readonly #value: (id: number) => Value | undefined;
  readonly #keys = new Map<number, Added>();
  /** By invocation of a read: what had been acknowledged. */
  readonly #up: Float64Array;
  readonly #down: Float64Array;

  constructor(history: History, law: EstimateLaw) {
    this.#history = history;
    this.#law = law;
    this.#value = valueReader(history);
    this.#up = new Float64Array(history.length);
    this.#down = new Float64Array(history.length);
  }

  get judged(): readonly Estimate[] {
    return [...this.#keys.values()].flatMap(({ judged }) => judged).sort((a, b) => a.at - b.at);
  }

  /** An invocation or a completion. */
  added(at: number, isInvocation: boolean): void {
    const { columns } = this.#history;
    const invocation = isInvocation ? at : columns.pair[at]!;
    if (invocation < 0) return;
    const fate = fateAt(columns, invocation);
    if (isInvocation) this[fate]++;
    const added = this.#addedAt(invocation);
    added.last = at;
    if (this.#law.reads === 'final') added.judged = [];
    if (fate === 'refused' || (!isInvocation && fate !== 'acknowledged')) return;
    const value = this.#value(columns.value[invocation]!) ?? null;
    if (this.#law.of === 'distinct') addElement(added, typeof value === 'number' ? value : canonicalJson(value), isInvocation);
    else if (value !== null && typeof value !== 'number') {
      if (isInvocation) this.unclear.push(at);
    } else addAmount(added, value ?? 1, isInvocation);
  }

  begin(at: number): void {
    const { acknowledgedUp, acknowledgedDown } = this.#addedAt(at);
    this.#up[at] = acknowledgedUp;
    this.#down[at] = acknowledgedDown;
  }

  read(at: number): void {
    this.estimates++;
    const begun = this.#history.columns.pair[at]!;
    const answer = this.#value(this.#history.columns.value[at]!);
    const value = typeof answer === 'number' ? answer : numberIn(answer, 'estimate');
    if (value === undefined) {
      this.unclear.push(at);
      return;
    }
    const added = this.#addedAt(at);
    if (this.#law.reads === 'final' && begun < added.last) return;
    const estimate = { at, value, least: this.#up[begun]! + added.attemptedDown, most: this.#down[begun]! + added.attemptedUp };
    if (this.#law.independent === 'keys') added.judged = [estimate];
    else added.judged.push(estimate);
  }

  #addedAt(index: number): Added {
    const key = this.#history.columns.key[index]!;
    let added = this.#keys.get(key);
    if (added === undefined) {
      added = { acknowledgedUp: 0, acknowledgedDown: 0, attemptedUp: 0, attemptedDown: 0, elements: new Map(), last: -1, judged: [] };
      this.#keys.set(key, added);
    }
    return added;
  }
}

function addAmount(added: Added, amount: number, isInvocation: boolean): void {
  if (isInvocation) {
    if (amount > 0) added.attemptedUp += amount;
    else added.attemptedDown += amount;
  } else if (amount > 0) added.acknowledgedUp += amount;
  else added.acknowledgedDown += amount;
}

function addElement(added: Added, element: Value, isInvocation: boolean): void {
  const known = added.elements.get(element);
  if (known === undefined) added.attemptedUp++;
  if (!isInvocation && known !== true) added.acknowledgedUp++;
  added.elements.set(element, known === true || !isInvocation);
}

/** What an estimate may be at least and at most, if the truth may be anything between `least` and `most`. */
export function allowed({ least, most }: Estimate, { epsilon, error }: EstimateLaw): readonly [least: number, most: number] {
  if (error === 'absolute') return [least - epsilon, most + epsilon];
  return [least - epsilon * Math.abs(least), most + epsilon * Math.abs(most)];
}
