/** Stories of two operations that one has no need to count orders for: what somebody saw had certainly been replaced before. */
import type { Model } from '../models/model.ts';
import { CAS, OVERWRITING, READ } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER, type Prepared } from '../problem/prepare.ts';
import type { Diagnosis } from './diagnosis.ts';
import { isObserver, KNOWN, LEFT_OUT, type SubHistory } from './sub-history.ts';
import { at, by, inWords, onKey, operationInWords } from './wording.ts';

/** The culprit in words, with its process, key and beginning. */
function beginningOf({ history, model, classes }: Prepared, operations: KeyOperations, op: number): string {
  const call = operations.call[op]!;
  const words = operationInWords(model, classes.operation(operations.cls[op]!));
  return `${words} ${by(history, call)}${onKey(history, operations.key)} began at ${at(history, call)}`;
}

/**
 * Registers: before the culprit began somebody had seen another value, when nothing could make the culprit's value any more.
 * O(n).
 */
export function seenReplaced(prepared: Prepared, operations: KeyOperations, culprit: number, { part }: SubHistory): Diagnosis | undefined {
  const { history, model, classes } = prepared;
  const { count, call, ret, cls } = operations;
  const seen = classes.from(cls[culprit]!);
  // One that the sub-history has, else the latest.
  const isBetter = (op: number, than: number): boolean => ((part[op] === KNOWN) === (part[than] === KNOWN) ? call[op]! > call[than]! : part[op] === KNOWN);
  let over = -1;
  let madeUntil = -1;
  for (let op = 0; op < count && call[op]! < ret[culprit]!; op++) {
    if (op === culprit) continue;
    if (classes.to(cls[op]!) === seen) madeUntil = Math.max(madeUntil, ret[op]!);
    const kind = classes.kind(cls[op]!);
    const sawAnother = kind === READ || kind === CAS ? classes.from(cls[op]!) !== seen : false;
    // What came of an exchange is another value too, but it may be this one.
    if (sawAnother && classes.to(cls[op]!) !== seen && ret[op]! < call[culprit]! && (over < 0 || isBetter(op, over))) over = op;
  }
  if (over < 0 || madeUntil > call[over]!) return undefined;
  const [value, other] = [classes.values.value(seen), classes.values.value(classes.from(cls[over]!))].map((each) => inWords(each));
  const again = madeUntil >= 0 || seen === classes.values.id(model.init as never) ? 'again' : 'at all';
  const witness = `${operationInWords(model, classes.operation(cls[over]!))} ${by(history, call[over]!)} had ended at ${at(history, ret[over]!)}`;
  const sentence = `${beginningOf(prepared, operations, culprit)}, after ${witness}: ${other} was there, and nothing wrote ${value} ${again}`;
  return { type: 'stale-read', culprits: part[over] === LEFT_OUT ? [call[over]!] : [], sentence };
}

/**
 * Models whose products last: the culprit does not show what an update had produced that was acknowledged before it began, and
 * that nothing can have overwritten. O(n).
 */
export function unseenUpdate(prepared: Prepared, operations: KeyOperations, culprit: number, { part }: SubHistory): Diagnosis | undefined {
  const { history, model, classes } = prepared;
  const { count, call, ret, cls } = operations;
  const looked = classes.operation(cls[culprit]!);
  if (!model.lasting || !isObserver(operations, classes, culprit)) return undefined;
  let overwrittenUntil = -1;
  for (let op = 0; op < count && call[op]! < ret[culprit]!; op++) {
    if (classes.traits(cls[op]!) & OVERWRITING && ret[op]! > overwrittenUntil) overwrittenUntil = ret[op]!;
  }
  for (let op = count - 1; op >= 0; op--) {
    if (ret[op]! > call[culprit]! || isObserver(operations, classes, op)) continue;
    const overwrites = (classes.traits(cls[op]!) & OVERWRITING) !== 0;
    const update = classes.operation(cls[op]!);
    const produced = model.produces?.(update);
    if (produced === undefined || model.shows?.(looked, produced)) continue;
    if (overwrites ? overwrittenUntil > ret[op]! : overwrittenUntil > call[op]!) continue;
    const done = `${operationInWords(model, update)} ${by(history, call[op]!)} was acknowledged at ${at(history, ret[op]!)}`;
    const shown = isShown(model, prepared, operations, culprit, produced);
    const lost = shown ? '' : ', nor does anything else';
    const sentence = `${beginningOf(prepared, operations, culprit)}, after ${done}, and does not show it${lost}; nothing overwrote it`;
    return { type: shown ? 'stale-read' : 'lost-write', culprits: part[op] === LEFT_OUT ? [call[op]!] : [], sentence };
  }
  return undefined;
}

function isShown(
  model: Model,
  { classes }: Prepared,
  { count, cls, ret }: KeyOperations,
  except: number,
  produced: Parameters<NonNullable<Model['shows']>>[1],
): boolean {
  for (let op = 0; op < count; op++) {
    if (op !== except && ret[op] !== NEVER && model.shows?.(classes.operation(cls[op]!), produced)) return true;
  }
  return false;
}
