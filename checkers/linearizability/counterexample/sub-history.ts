/** Parts of a key's operations, weakened: what minimising works on. */
import type { Budget, Value } from '../../../harness/contracts/index.ts';
import { EVERY_ELEMENT } from '../models/model.ts';
import { DIFFERS, OBSERVER, type OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Problem } from '../search/engine.ts';
import { decide } from '../search/engines.ts';
import { keepNeeded } from '../search/register-space.ts';
import { windowedEngine } from '../search/windowed-engine.ts';

/** How each operation of the key takes part. */
export const LEFT_OUT = 0;
export const KNOWN = 1;
/** It may have no effect: its outcome is unknown, or it counts as pending (then its effect, if any, is the one it had). */
export const MADE_UNKNOWN = 2;

export interface SubHistory {
  /** By position in the key's operations: LEFT_OUT, KNOWN or MADE_UNKNOWN. */
  readonly part: Uint8Array;
  /** Index of the event from which on it counts, with anything in the register before; -1: from the beginning. */
  readonly from: number;
  /** Index of the event up to which it counts. */
  readonly until: number;
}

/** A register value that nobody names. */
export const NOBODYS: Value = '\u0000something else';

/** The history up to the return of `culprit`: what is pending there has an unknown outcome. */
export function cutAt(operations: KeyOperations, classes: OperationClasses, culprit: number): SubHistory {
  const until = operations.ret[culprit]!;
  const part = new Uint8Array(operations.count);
  for (let op = 0; op < operations.count && operations.call[op]! < until; op++) {
    if (operations.ret[op]! <= until) part[op] = KNOWN;
    else if (!isObserver(operations, classes, op)) part[op] = MADE_UNKNOWN;
  }
  return { part, from: -1, until };
}

/** Registers, and models with `anyState`: forgets what returned before the event `from`, and that what was pending there happened after it. */
export function startAt(cut: SubHistory, operations: KeyOperations, classes: OperationClasses, from: number): SubHistory {
  const part = cut.part.slice();
  for (let op = 0; op < operations.count && operations.call[op]! < from; op++) {
    if (part[op] === KNOWN) part[op] = operations.ret[op]! < from || isObserver(operations, classes, op) ? LEFT_OUT : MADE_UNKNOWN;
  }
  return { ...cut, part, from };
}

/** Whether the rest of a linearization stands without the operation: it changes nothing, or it found a collection empty. */
export function isObserver(operations: Pick<KeyOperations, 'cls'>, classes: OperationClasses, op: number): boolean {
  const cls = operations.cls[op]!;
  if ((classes.traits(cls) & OBSERVER) !== 0) return true;
  if (!classes.model.element) return false;
  const operation = classes.operation(cls);
  const element = operation.outcome === 'unknown' ? null : classes.model.element(operation);
  return element === undefined || element === EVERY_ELEMENT;
}

/**
 * Registers only: leaves out refused operations, but `culprit`, and then the unknown updates that nobody needs any more:
 * often all there are. Few violations need them.
 */
export function withoutRefused(sub: SubHistory, operations: KeyOperations, classes: OperationClasses, culprit: number): SubHistory {
  const part = sub.part.map((was, op) => (op !== culprit && classes.kind(operations.cls[op]!) === DIFFERS ? LEFT_OUT : was));
  return withoutNeedless({ ...sub, part }, operations, classes);
}

/** Registers only: leaves out updates of unknown outcome that make values which nothing kept asks for. */
export function withoutNeedless(sub: SubHistory, operations: KeyOperations, classes: OperationClasses): SubHistory {
  const kept = keepNeeded(
    [...sub.part.keys()].filter((op) => sub.part[op] !== LEFT_OUT),
    (op) => sub.part[op] === MADE_UNKNOWN,
    operations,
    classes,
  );
  const part = new Uint8Array(sub.part.length);
  for (const op of kept) part[op] = sub.part[op]!;
  return { ...sub, part };
}

/** The states that the object may be in at first, for it to make a difference here: all that it can, the values asked for and one that is not. */
export function statesAtFirst(sub: SubHistory, operations: KeyOperations, classes: OperationClasses): Iterable<unknown> {
  if (!classes.model.anyState) return namedValues(sub, operations, classes);
  const kept = [...sub.part.keys()].filter((op) => sub.part[op] !== LEFT_OUT);
  return classes.model.anyState(kept.map((op) => classes.operation(operations.cls[op]!)));
}

function namedValues(sub: SubHistory, operations: KeyOperations, classes: OperationClasses): Set<Value> {
  const named = new Set<Value>([NOBODYS]);
  for (let op = 0; op < sub.part.length; op++) {
    if (sub.part[op] === LEFT_OUT) continue;
    const from = classes.from(operations.cls[op]!);
    if (from >= 0) named.add(classes.values.value(from));
  }
  return named;
}

/** The kept operations as a problem of their own. */
export function problemOf(sub: SubHistory, operations: KeyOperations, classes: OperationClasses): Problem {
  const kept: number[] = [];
  for (let op = 0; op < sub.part.length; op++) if (sub.part[op] !== LEFT_OUT) kept.push(op);
  const known = (op: number): boolean => sub.part[op] === KNOWN;
  return {
    classes,
    operations: {
      key: operations.key,
      count: kept.length,
      call: Int32Array.from(kept, (op) => operations.call[op]!),
      ret: Int32Array.from(kept, (op) => (known(op) ? operations.ret[op]! : NEVER)),
      cls: Int32Array.from(kept, (op) => operations.cls[op]!),
      failed: operations.failed,
    },
  };
}

/** What a question about a sub-history may cost. */
export interface Effort {
  /** Configurations per search. */
  readonly configurations: number;
  /** UNLIMITED where the answer must not depend on time. */
  readonly budget: Budget;
}

export interface Answer {
  /** Whether it is certainly not linearizable; false also where the effort was too small to tell. */
  readonly illegal: boolean;
  readonly explored: number;
  /** Positions in the sub-history's problem, where the engine knows operations that are enough. */
  readonly core?: Int32Array | undefined;
}

/** Whether the sub-history is not linearizable. */
export function isIllegal(sub: SubHistory, operations: KeyOperations, classes: OperationClasses, effort: Effort): Answer {
  const problem = problemOf(sub, operations, classes);
  const limits = { ...effort, bytesHeld: 0 };
  // The search does best on small parts of registers and strings; other models have engines of their own for parts, too.
  const { asRegister, lasting, hold } = classes.model;
  const decided = (part: Problem): Decision => ((asRegister && !hold) || lasting ? windowedEngine.decide(part, limits) : decide(part, limits)[1]);
  if (sub.from < 0) return answerOf(decided(problem));
  let explored = 0;
  for (const init of statesAtFirst(sub, operations, classes)) {
    const answer = answerOf(decided({ ...problem, init }));
    explored += answer.explored;
    if (!answer.illegal) return { illegal: false, explored };
  }
  return { illegal: true, explored };
}

function answerOf(decision: Decision): Answer {
  const { kind, explored } = decision;
  return { illegal: kind === 'illegal', explored, core: kind === 'illegal' ? decision.core : undefined };
}
