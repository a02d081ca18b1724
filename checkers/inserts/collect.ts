/** Collections (keys) that elements are only ever added to, and reads of them. One pass; a visitor judges each read. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { GrowableInts } from '../columns/growable.ts';
import { valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

export interface Element {
  readonly invoked: number;
  /** Its acknowledgement; Infinity while there is none. */
  acked: number;
  /** Added twice, so that it is not known which was seen. */
  ambiguous: boolean;
}

export interface InsertCollection {
  readonly elements: ReadonlyMap<Value, Element>;
  /** Acknowledgements in order, without those of ambiguous elements. */
  readonly acks: GrowableInts;
}

export interface Inserts {
  readonly acknowledged: number;
  readonly reads: number;
  /** Invocations that add what was added before, and reads that return no list. */
  readonly unclear: readonly number[];
  /** Reads that show what nobody had begun to add. */
  readonly unexpected: readonly number[];
}

/** `contents`: without repetitions and without elements that are ambiguous or from nowhere. */
export type ReadVisitor = (key: number, completion: number, contents: readonly Element[], collection: InsertCollection) => void;

const BYTES_PER_ELEMENT = 100;

/** O(events + total size of the reads). Throws BudgetExhausted. */
export function collectInserts(history: History, names: { readonly add: string; readonly read: string }, budget: Budget, visit: ReadVisitor): Inserts {
  const { columns } = history;
  const [add, read] = [history.fs.indexOf(names.add), history.fs.indexOf(names.read)];
  const spelledOut = valueReader(history);
  const collections = new Map<number, InsertCollection & { readonly elements: Map<Value, Element> }>();
  const [unclear, unexpected]: [number[], number[]] = [[], []];
  let [acknowledged, reads, held] = [0, 0, 0];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) {
      ask(budget, held * BYTES_PER_ELEMENT);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    if (!isClient(columns, i) || (f !== add && f !== read)) continue;
    const type = eventType(columns, i);
    const key = columns.key[i]!;
    let collection = collections.get(key);
    if (collection === undefined) {
      collection = { elements: new Map(), acks: new GrowableInts() };
      collections.set(key, collection);
    }
    if (f === add && type === INVOKE) {
      const name = nameOf(spelledOut(columns.value[i]!));
      const before = collection.elements.get(name);
      if (before === undefined) collection.elements.set(name, { invoked: i, acked: Infinity, ambiguous: false });
      else {
        before.ambiguous = true;
        unclear.push(i);
      }
      held++;
    } else if (f === add && type === OK && columns.pair[i]! >= 0 && fateAt(columns, columns.pair[i]!) === 'acknowledged') {
      acknowledged++;
      const element = collection.elements.get(nameOf(spelledOut(columns.value[columns.pair[i]!]!)))!;
      if (element.ambiguous) continue;
      element.acked = i;
      collection.acks.push(i);
    } else if (f === read && type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) {
      reads++;
      const value = spelledOut(columns.value[i]!);
      const contents = Array.isArray(value) ? contentsOf(value as readonly Value[], collection.elements) : undefined;
      if (contents === undefined) unclear.push(i);
      else {
        if (contents.foreign) unexpected.push(i);
        visit(key, i, contents.elements, collection);
      }
    }
  }
  return { acknowledged, reads, unclear, unexpected };
}

function contentsOf(values: readonly Value[], known: ReadonlyMap<Value, Element>): { readonly elements: readonly Element[]; readonly foreign: boolean } {
  const elements = new Set<Element>();
  let foreign = false;
  for (const value of values) {
    const element = known.get(nameOf(value));
    if (element === undefined) foreign = true;
    else if (!element.ambiguous) elements.add(element);
  }
  return { elements: [...elements], foreign };
}

function nameOf(value: Value | undefined): Value {
  return typeof value === 'object' && value !== null ? canonicalJson(value) : (value ?? null);
}
