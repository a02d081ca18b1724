/** Which version each update changed and made, and what reads show of them. One pass. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { numberIn, valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

export const LOST_UPDATE_ANOMALIES = ['lost-update', 'version-twice', 'missing-update'] as const;

export interface UpdateFinding {
  readonly type: (typeof LOST_UPDATE_ANOMALIES)[number];
  /** Acknowledgement of the other update. */
  readonly before: number;
  readonly at: number;
}

export interface Updates {
  readonly found: readonly UpdateFinding[];
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly reads: number;
  /** Updates of a version that another had been asked to change as well. */
  readonly contended: number;
  /** Invocations of updates, and reads, that name no version. */
  readonly unclear: readonly number[];
}

interface Register {
  readonly asked: Set<number>;
  /** By version: the first acknowledged update of it, or to it. */
  readonly changed: Map<number, number>;
  readonly made: Map<number, number>;
  /** The acknowledged update to the largest version. */
  largest: { readonly version: number; readonly ack: number } | undefined;
}

const BYTES_PER_UPDATE = 120;

/** O(events). Throws BudgetExhausted. */
export function scanUpdates(history: History, names: { readonly update: string; readonly read: string }, budget: Budget): Updates {
  const { columns } = history;
  const [update, read] = [history.fs.indexOf(names.update), history.fs.indexOf(names.read)];
  const scan = new Scan(history);
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, 4 * history.length + scan.acknowledged * BYTES_PER_UPDATE);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    if (!isClient(columns, i) || (f !== update && f !== read)) continue;
    const type = eventType(columns, i);
    if (type === INVOKE) {
      if (f === update) scan.ask(i);
      else scan.begin(i);
    } else if (type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) {
      if (f === update) scan.acknowledge(i);
      else scan.read(i);
    }
  }
  return scan;
}

class Scan implements Updates {
  readonly found: UpdateFinding[] = [];
  acknowledged = 0;
  refused = 0;
  unknown = 0;
  reads = 0;
  contended = 0;
  readonly unclear: number[] = [];
  readonly #history: History;
  readonly #value: (id: number) => Value | undefined;
  readonly #registers = new Map<number, Register>();
  /** By invocation of a read: the acknowledgement of the largest version then, plus one. */
  readonly #begun: Int32Array;

  constructor(history: History) {
    this.#history = history;
    this.#value = valueReader(history);
    this.#begun = new Int32Array(history.length);
  }

  ask(at: number): void {
    this[fateAt(this.#history.columns, at)]++;
    const versions = this.#versionsAt(at);
    if (versions === undefined) {
      this.unclear.push(at);
      return;
    }
    const { asked } = this.#registerAt(at);
    if (asked.has(versions.from)) this.contended++;
    asked.add(versions.from);
  }

  acknowledge(at: number): void {
    const versions = this.#versionsAt(this.#history.columns.pair[at]!);
    if (versions === undefined) return;
    const register = this.#registerAt(at);
    const { from, to } = versions;
    const [changed, made] = [register.changed.get(from), register.made.get(to)];
    if (changed !== undefined) this.found.push({ type: 'lost-update', before: changed, at });
    else register.changed.set(from, at);
    if (made === undefined) register.made.set(to, at);
    else if (changed === undefined) this.found.push({ type: 'version-twice', before: made, at });
    if (register.largest === undefined || to > register.largest.version) register.largest = { version: to, ack: at };
  }

  begin(at: number): void {
    this.#begun[at] = (this.#registerAt(at).largest?.ack ?? -1) + 1;
  }

  read(at: number): void {
    this.reads++;
    const value = this.#value(this.#history.columns.value[at]!);
    const version = typeof value === 'number' ? value : numberIn(value, 'version');
    if (version === undefined) this.unclear.push(at);
    const before = this.#begun[this.#history.columns.pair[at]!]! - 1;
    if (version === undefined || before < 0) return;
    const { to } = this.#versionsAt(this.#history.columns.pair[before]!)!;
    if (version < to) this.found.push({ type: 'missing-update', before, at });
  }

  #versionsAt(invocation: number): { readonly from: number; readonly to: number } | undefined {
    const value = this.#value(this.#history.columns.value[invocation]!);
    const from = numberIn(value, 'from');
    const to = numberIn(value, 'to') ?? (from === undefined ? undefined : from + 1);
    return from === undefined || to === undefined || to <= from ? undefined : { from, to };
  }

  #registerAt(index: number): Register {
    const key = this.#history.columns.key[index]!;
    let register = this.#registers.get(key);
    if (register === undefined) {
      register = { asked: new Set(), changed: new Map(), made: new Map(), largest: undefined };
      this.#registers.set(key, register);
    }
    return register;
  }
}
