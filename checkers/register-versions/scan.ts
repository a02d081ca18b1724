/**
 * Registers whose writes are unique, and for each read the write that it saw. A version is certainly newer than another
 * when its write began after the other's had ended: the order of those that overlap is not known, and nothing is made of it.
 */
import { type Budget, type History, NO_VALUE } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { type Fate, fateAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** The write that a read saw. */
export interface Version {
  /** Its invocation; -1: what was there at first. */
  readonly invoked: number;
  /** Its completion: from there on it is certainly older than what begins. Infinity where it is not acknowledged. */
  readonly completed: number;
  readonly fate: Fate;
}

export interface RegisterVisitor {
  /** A write was acknowledged. */
  wrote(key: number, version: Version): void;
  /** A read begins. */
  reading(key: number, invocation: number): void;
  /** It returned what `version` wrote. */
  read(key: number, completion: number, version: Version): void;
}

export interface RegisterScan {
  readonly reads: number;
  readonly acknowledged: number;
  /** Completions of reads of a value that nobody had begun to write, or of what was written twice. */
  readonly strange: readonly number[];
  /** Client operations that are neither reads nor writes. */
  readonly foreign: number;
}

const INITIAL: Version = { invoked: -1, completed: -1, fate: 'acknowledged' };
const BYTES_PER_VERSION = 100;

/** O(events). Throws BudgetExhausted. */
export function scanRegisters(
  history: History,
  names: { readonly write: string; readonly read: string },
  budget: Budget,
  visitor: RegisterVisitor,
): RegisterScan {
  const { columns } = history;
  const [write, read] = [history.fs.indexOf(names.write), history.fs.indexOf(names.read)];
  const versions = new Map<number, Map<number, Version | 'ambiguous'>>();
  const strange: number[] = [];
  let [reads, acknowledged, foreign, held] = [0, 0, 0, 0];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, held * BYTES_PER_VERSION);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const type = eventType(columns, i);
    const invocation = type === INVOKE ? i : columns.pair[i]!;
    if (invocation < 0) continue;
    const key = columns.key[invocation]!;
    if (columns.f[i] === write) {
      const value = columns.value[invocation]!;
      if (type === INVOKE) {
        const own = versionsOf(versions, key);
        const fate = fateAt(columns, i);
        own.set(value, own.has(value) ? 'ambiguous' : { invoked: i, completed: fate === 'acknowledged' ? columns.pair[i]! : Infinity, fate });
        held++;
      } else if (type === OK && fateAt(columns, invocation) === 'acknowledged') {
        acknowledged++;
        visitor.wrote(key, { invoked: invocation, completed: i, fate: 'acknowledged' });
      }
    } else if (columns.f[i] !== read) {
      if (type === INVOKE) foreign++;
    } else if (type === INVOKE) visitor.reading(key, i);
    else if (type === OK) {
      reads++;
      const value = columns.value[i]!;
      const version = versionsOf(versions, key).get(value) ?? (isNothing(history, value) ? INITIAL : undefined);
      if (version === undefined || version === 'ambiguous') strange.push(i);
      else visitor.read(key, i, version);
    }
  }
  return { reads, acknowledged, strange, foreign };
}

function isNothing(history: History, value: number): boolean {
  return value === NO_VALUE || (value < 0 && history.value(value) === null);
}

function versionsOf<T>(byKey: Map<number, Map<number, T>>, key: number): Map<number, T> {
  let own = byKey.get(key);
  if (own === undefined) {
    own = new Map();
    byKey.set(key, own);
  }
  return own;
}
