/** From a history to one small problem per key: which operations count, when they were called, how they ended. */
import { type History, NO_VALUE, type Part } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { FAIL, INFO, isApplied, OK } from '../../../harness/history/columns.ts';
import { type Operations, outcomeOf } from '../../../harness/history/operations.ts';
import type { Model } from '../models/model.ts';
import { IdTable } from './id-table.ts';
import { operationsOf } from './key-groups.ts';
import { FOREIGN, OBSERVER, OK_OUTCOME, OperationClasses, REFUSED, UNKNOWN } from './operation-classes.ts';

/** The return of an operation whose outcome is unknown: it may take effect at any later time, or never. */
export const NEVER = 0x7fffffff;

/** More foreign operations than this share, and the history is not one of this model (rule 7). */
const FOREIGN_SHARE = 0.01;

/** The operations on one key, ordered by invocation. Times are indices of events: their order is the real-time order. */
export interface KeyOperations {
  /** Value id, NO_VALUE for operations without a key. */
  readonly key: number;
  readonly count: number;
  /** Index of the invocation. */
  readonly call: Int32Array;
  /** Index of the completion, NEVER where the outcome is unknown. */
  readonly ret: Int32Array;
  /** Ordinal in `Prepared.classes`. */
  readonly cls: Int32Array;
  /** Invocations of operations that failed, ascending. */
  readonly failed: Int32Array;
}

export interface Prepared {
  readonly history: History;
  readonly model: Model;
  readonly classes: OperationClasses;
  readonly keys: readonly KeyOperations[];
  /** Operations of clients, all. */
  readonly operations: number;
  /** Those that the model does not know. */
  readonly foreign: number;
  /** Completed operations that will be checked. */
  readonly checked: number;
  /** Operations with an unknown outcome that may matter. */
  readonly crashed: number;
}

export interface PrepareOptions {
  /** Instead of the model's own reading of a conditional operation's `fail` without an error. */
  readonly failedConditions?: 'no-op' | 'observation' | undefined;
  /** Only these keys. Whether too much is foreign is then for whoever sees all groups (`isForeign`). */
  readonly group?: Part | undefined;
}

const ALL_KEYS: Part = { index: 0, of: 1 };

/** Whether a history with so many foreign operations is none of the model's. */
export function isForeign(foreign: number, all: number): boolean {
  return foreign > all * FOREIGN_SHARE;
}

const DROPPED = -1;
const FAILED = -2;

/**
 * Takes a history apart by key. Failed operations, and unknown ones without an effect, are left out. Nemesis and observers
 * are no clients. Throws ORDEAL_FOREIGN_HISTORY when more than 1 % of the operations are foreign to the model.
 */
export function prepare(history: History, model: Model, options: PrepareOptions = {}): Prepared {
  const classes = new OperationClasses(history, model);
  const { group = ALL_KEYS } = options;
  const list = operationsOf(history, group);
  const cls = classify(history, list, classes, options.failedConditions ?? model.failedConditions ?? 'no-op');
  let foreign = 0;
  if (classes.hasForeign) for (let k = 0; k < list.count; k++) if (cls[k]! >= 0 && (classes.traits(cls[k]!) & FOREIGN) !== 0) foreign++;
  if (group.of === 1 && isForeign(foreign, list.count)) throw foreignHistory(history, list, classes, cls, foreign);
  const keys = splitByKey(history, list, classes, cls);
  let checked = 0;
  let crashed = 0;
  for (const { ret, count } of keys) {
    for (let op = 0; op < count; op++) if (ret[op] === NEVER) crashed++;
    checked += count;
  }
  checked -= crashed;
  return { history, model, classes, keys, operations: list.count, foreign, checked, crashed };
}

/** The class of each operation, DROPPED, or FAILED. */
function classify(history: History, list: Operations, classes: OperationClasses, failedConditions: 'no-op' | 'observation'): Int32Array {
  const { f, value, process } = history.columns;
  const conditional = history.fs.map((name) => failedConditions === 'observation' && (classes.model.conditional?.includes(name) ?? false));
  const withoutEffect = history.fs.map((name) => history.operations.some((spec) => spec.f === name && spec.effect === 'none'));
  const result = new Int32Array(list.count);
  for (let k = 0; k < list.count; k++) {
    const invoke = list.invocation[k]!;
    const complete = list.completion[k]!;
    const name = f[invoke]!;
    const who = process[invoke]!;
    const end = outcomeOf(history, list, k);
    if (end === INFO) {
      const cls = classes.classOf(name, value[invoke]!, NO_VALUE, UNKNOWN, who);
      result[k] = withoutEffect[name] || (classes.traits(cls) & OBSERVER) !== 0 ? DROPPED : cls;
    } else if (end === OK) {
      result[k] = classes.classOf(name, value[invoke]!, value[complete]!, isApplied(history.columns, complete) ? OK_OUTCOME : REFUSED, who);
    } else if (end === FAIL && conditional[name] && history.columns.error[complete]! < 0) {
      result[k] = classes.classOf(name, value[invoke]!, value[complete]!, REFUSED, who);
    } else {
      result[k] = (classes.traitsOfF(name) & FOREIGN) !== 0 ? DROPPED : FAILED;
    }
  }
  return result;
}

function foreignHistory(history: History, list: Operations, classes: OperationClasses, cls: Int32Array, foreign: number): OrdealError {
  let example = '';
  for (let k = 0; k < list.count && example === ''; k++) {
    if (cls[k]! < 0 || (classes.traits(cls[k]!) & FOREIGN) === 0) continue;
    const { f, input } = classes.operation(cls[k]!);
    example = `event ${list.invocation[k]} is "${f}" with ${JSON.stringify(input)}`;
  }
  const model = classes.model;
  return new OrdealError('ORDEAL_FOREIGN_HISTORY', {
    what: `${foreign} of ${list.count} operations are foreign to the model "${model.name}" (it knows ${model.fs.join(', ')}); for example, ${example}`,
    value: history.fs.join(', '),
  });
}

function splitByKey(history: History, list: Operations, classes: OperationClasses, cls: Int32Array): KeyOperations[] {
  const key = history.columns.key;
  const slots = new IdTable();
  const ids: number[] = [];
  const slotOf = new Int32Array(list.count);
  const kept: number[] = [];
  const failed: number[] = [];
  for (let k = 0; k < list.count; k++) {
    slotOf[k] = -1;
    if (cls[k] === DROPPED || (classes.hasForeign && cls[k]! >= 0 && (classes.traits(cls[k]!) & FOREIGN) !== 0)) continue;
    const id = key[list.invocation[k]!]!;
    let slot = slots.get(id);
    if (slot < 0) {
      slot = ids.push(id) - 1;
      slots.set(id, slot);
      kept.push(0);
      failed.push(0);
    }
    slotOf[k] = slot;
    cls[k] === FAILED ? failed[slot]!++ : kept[slot]!++;
  }
  const keys = ids.map((id, slot) => emptyKey(id, kept[slot]!, failed[slot]!));
  kept.fill(0);
  failed.fill(0);
  for (let k = 0; k < list.count; k++) {
    const slot = slotOf[k]!;
    if (slot < 0) continue;
    const target = keys[slot]!;
    if (cls[k] === FAILED) {
      target.failed[failed[slot]!++] = list.invocation[k]!;
      continue;
    }
    const i = kept[slot]!++;
    target.call[i] = list.invocation[k]!;
    target.ret[i] = outcomeOf(history, list, k) === INFO ? NEVER : list.completion[k]!;
    target.cls[i] = cls[k]!;
  }
  return keys;
}

function emptyKey(key: number, count: number, failed: number): KeyOperations {
  return { key, count, call: new Int32Array(count), ret: new Int32Array(count), cls: new Int32Array(count), failed: new Int32Array(failed) };
}
