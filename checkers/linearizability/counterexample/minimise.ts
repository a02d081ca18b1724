/**
 * Makes a conviction small by weakening alone, so that the small one convicts as the whole does: cut at the failing
 * operation's return, start late, drop observers, drop whole elements of a collection, make outcomes unknown, drop updates that nobody who is kept saw. Deleting an update whose value is observed is no
 * weakening: it would make reads from nowhere.
 */
import { UNLIMITED } from '../../budget/budget.ts';
import type { ModelOperation } from '../models/model.ts';
import { DIFFERS, type OperationClasses } from '../problem/operation-classes.ts';
import type { KeyOperations } from '../problem/prepare.ts';
import { Elements } from './elements.ts';
import { between, narrowed, partaking, widened, withMakers } from './narrow.ts';
import { cutAt, isIllegal, isObserver, KNOWN, LEFT_OUT, MADE_UNKNOWN, type SubHistory, startAt, withoutNeedless, withoutRefused } from './sub-history.ts';

/**
 * Configurations that one question may cost, that all may, and how many are asked: beyond that the result is just larger.
 * Counted, not timed, so that the same history always gets the same explanation.
 */
const CONFIGURATIONS = 30_000;
const ALL_CONFIGURATIONS = 600_000;
const QUESTIONS = 1_500;
/** A sub-history from the beginning is preferred to one from the middle if it has at most this many operations. */
const SMALL = 10;

/** A longer key is looked at through windows of so many known operations before the culprit. */
const LONG = 2_000;
const WINDOWS = [48, 400, 4_000];

/** A small illegal part of a key's history in which `culprit` still returns last. `core`: operations that may be telling. */
export function minimise(operations: KeyOperations, classes: OperationClasses, culprit: number, core?: Int32Array): SubHistory {
  const { asRegister, lasting, hold } = classes.model;
  const fromCore = core && (asRegister || lasting) ? fromTheBeginning(operations, classes, culprit, core) : undefined;
  if (fromCore) return fromCore;
  const alone = asRegister && !hold && fromTheBeginning(operations, classes, culprit, [culprit]);
  if (alone) return alone;
  if (!asRegister || hold) return new Minimiser(operations, classes, culprit).run();
  for (const window of operations.count > LONG ? WINDOWS : []) {
    const small = inWindow(operations, classes, culprit, window);
    if (small === undefined) continue;
    const whole = fromTheBeginning(operations, classes, culprit, partaking(small));
    return whole !== undefined && sizeOf(whole) <= SMALL ? whole : small;
  }
  return new Minimiser(operations, classes, culprit).run();
}

/** From these operations and the makers of what they ask for, if that convicts. */
function fromTheBeginning(operations: KeyOperations, classes: OperationClasses, culprit: number, core: Iterable<number>): SubHistory | undefined {
  const kept = withMakers(operations, classes, core, operations.ret[culprit]!);
  const narrow = kept && narrowed(operations, kept);
  const small = narrow && new Minimiser(narrow.operations, classes, narrow.origin.indexOf(culprit)).weakened();
  return small && widened(small, narrow, operations);
}

/** From what was going on shortly before the culprit returned, if that convicts whatever was before. */
function inWindow(operations: KeyOperations, classes: OperationClasses, culprit: number, size: number): SubHistory | undefined {
  const from = operations.call[Math.max(0, culprit - size)]!;
  const narrow = narrowed(operations, between(operations, from, operations.ret[culprit]!));
  const small = new Minimiser(narrow.operations, classes, narrow.origin.indexOf(culprit)).weakened(from);
  return small && widened(small, narrow, operations);
}

/** How many operations take part. */
export function sizeOf(sub: SubHistory): number {
  let size = 0;
  for (const part of sub.part) if (part !== LEFT_OUT) size++;
  return size;
}

class Minimiser {
  readonly #operations: KeyOperations;
  readonly #classes: OperationClasses;
  readonly #culprit: number;
  readonly #isRegister: boolean;
  readonly #elements: Elements | undefined;
  #questions = 0;
  #explored = 0;

  constructor(operations: KeyOperations, classes: OperationClasses, culprit: number) {
    this.#operations = operations;
    this.#classes = classes;
    this.#culprit = culprit;
    this.#isRegister = classes.model.asRegister !== undefined;
    this.#elements = classes.model.element || classes.model.hold ? new Elements(operations, classes) : undefined;
  }

  run(): SubHistory {
    const cut = cutAt(this.#operations, this.#classes, this.#culprit);
    const alone = this.#isRegister ? this.#alone(cut) : cut;
    if (sizeOf(alone) === 1 && this.#illegal(alone)) return alone;
    if (this.#elements) return this.#weaken(this.#coreOf(cut, this.#elements));
    if (!this.#isRegister) return this.#weaken((this.#classes.model.anyState && this.#startLate(cut)) ?? cut);
    const simpler = withoutRefused(cut, this.#operations, this.#classes, this.#culprit);
    const small = this.#weaken(this.#startLate(simpler) ?? this.#startLate(cut) ?? (this.#illegal(simpler) ? simpler : cut));
    const whole = this.#fromTheBeginning(cut, small);
    return whole !== undefined && sizeOf(whole) <= SMALL ? whole : small;
  }

  /** All of it, from the event `from` on, made small; undefined where that does not convict. */
  weakened(from?: number): SubHistory | undefined {
    const cut = cutAt(this.#operations, this.#classes, this.#culprit);
    if (from === undefined) return this.#illegal(cut) ? this.#weaken(cut) : undefined;
    const all = startAt(cut, this.#operations, this.#classes, from);
    const simpler = withoutRefused(all, this.#operations, this.#classes, this.#culprit);
    const start = this.#illegal(simpler) ? simpler : all;
    if (start === all && !this.#illegal(all)) return undefined;
    return this.#weaken(this.#startLate(start) ?? start);
  }

  /** The culprit and nothing but what could have made the value that it saw. */
  #alone(cut: SubHistory): SubHistory {
    const part = cut.part.map((was, op) => {
      if (op === this.#culprit || was === LEFT_OUT) return was;
      return isObserver(this.#operations, this.#classes, op) ? LEFT_OUT : MADE_UNKNOWN;
    });
    return this.#tidied({ ...cut, part });
  }

  #illegal(sub: SubHistory): boolean {
    if (this.#questions++ > QUESTIONS || this.#explored > ALL_CONFIGURATIONS) return false;
    const { illegal, explored } = isIllegal(sub, this.#operations, this.#classes, { configurations: CONFIGURATIONS, budget: UNLIMITED });
    this.#explored += explored;
    return illegal;
  }

  /** Collections: nothing but the elements that the engine knows to be enough, where it does. */
  #coreOf(cut: SubHistory, elements: Elements): SubHistory {
    const core = isIllegal(cut, this.#operations, this.#classes, { configurations: CONFIGURATIONS, budget: UNLIMITED }).core;
    if (core === undefined) return cut;
    const kept = [...cut.part.keys()].filter((op) => cut.part[op] !== LEFT_OUT);
    const enough = elements.ofAll([this.#culprit, ...Array.from(core, (i) => kept[i]!)]);
    const few = elements.withoutOverseers(cut, this.#culprit);
    if (elements.in(few).length === 0) return cut;
    const small = elements.without(few, (element) => enough.has(element));
    return this.#illegal(small) ? small : cut;
  }

  /** Leaves out as many elements as it can, in ever smaller chunks. */
  #fewerElements(start: SubHistory, elements: Elements): SubHistory {
    let sub = start;
    const its = elements.ofAll([this.#culprit]);
    const left = (): number[] => elements.in(sub).filter((element) => !its.has(element));
    for (let size = Math.ceil(left().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const todo = left();
      for (let i = 0; i < todo.length; i += size) {
        const chunk = new Set(todo.slice(i, i + size));
        const weaker = elements.without(sub, (element) => !chunk.has(element));
        if (this.#illegal(weaker)) sub = weaker;
      }
    }
    return sub;
  }

  /** With the latest start, of those at calls of known operations, from which on it is still illegal whatever was before. */
  #startLate(cut: SubHistory): SubHistory | undefined {
    const { call } = this.#operations;
    const starts: number[] = [];
    for (let op = 0; op < cut.part.length; op++) if (cut.part[op] === KNOWN) starts.push(call[op]!);
    const at = (back: number): SubHistory => startAt(cut, this.#operations, this.#classes, Math.max(cut.from, starts[starts.length - 1 - back]!));
    let most = 1;
    while (most < starts.length && !this.#illegal(at(most))) most *= 2;
    if (most >= starts.length) return undefined;
    let least = most >> 1;
    // Illegal from further back whenever it is illegal from nearer: bisect.
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if (this.#illegal(at(middle))) most = middle;
      else least = middle;
    }
    return at(most);
  }

  #weaken(start: SubHistory): SubHistory {
    let sub = this.#tidied(start);
    for (let before = Number.POSITIVE_INFINITY; sizeOf(sub) < before; ) {
      before = sizeOf(sub);
      sub = this.#inChunks(sub, (op) => isObserver(this.#operations, this.#classes, op), LEFT_OUT);
      if (this.#elements) sub = this.#fewerElements(sub, this.#elements);
      if (this.#classes.model.lasting || this.#classes.model.sees) sub = this.#inChunks(sub, (op) => this.#isUnseen(op, sub), LEFT_OUT);
      if (this.#isRegister) sub = this.#inChunks(sub, (op) => !isObserver(this.#operations, this.#classes, op), MADE_UNKNOWN);
    }
    return sub;
  }

  /** Models whose products last, or whose parts are seen: whether nobody who takes part saw what the update made. */
  #isUnseen(update: number, sub: SubHistory): boolean {
    const { model } = this.#classes;
    const operation = (op: number): ModelOperation => this.#classes.operation(this.#operations.cls[op]!);
    if (model.sees) return partaking(sub).every((op) => op === update || !model.sees!(operation(op), operation(update)));
    const produced = isObserver(this.#operations, this.#classes, update) ? undefined : model.produces?.(operation(update));
    return produced !== undefined && partaking(sub).every((op) => !model.conditional?.includes(operation(op).f) && !model.shows?.(operation(op), produced));
  }

  /** Sets the part of as many known operations as it can, in ever smaller chunks. The culprit stays. */
  #inChunks(start: SubHistory, applies: (op: number) => boolean, part: number): SubHistory {
    let sub = start;
    const left = (): number[] => [...sub.part.keys()].filter((op) => sub.part[op] === KNOWN && op !== this.#culprit && applies(op));
    for (let size = Math.max(1, left().length); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const todo = left();
      for (let i = 0; i < todo.length; i += size) {
        const chunk = todo.slice(i, i + size).filter((op) => sub.part[op] === KNOWN);
        if (chunk.length === 0) continue;
        const weaker = { ...sub, part: sub.part.slice() };
        for (const op of chunk) weaker.part[op] = part;
        const tidy = this.#tidied(weaker);
        if (this.#illegal(tidy)) sub = tidy;
      }
    }
    return sub;
  }

  #tidied(sub: SubHistory): SubHistory {
    if (this.#elements) return this.#elements.withoutSurplus(sub);
    if (this.#classes.model.sees) return { ...sub, part: sub.part.map((was, op) => (was === MADE_UNKNOWN && this.#isUnseen(op, sub) ? LEFT_OUT : was)) };
    return this.#isRegister ? withoutNeedless(sub, this.#operations, this.#classes) : sub;
  }

  /**
   * What was found from the middle, told from the beginning: with the updates that made the values that it asks for, those
   * that made what these ask for, and so on. Beside a refused operation every update counts: then it stays as it is.
   */
  #fromTheBeginning(cut: SubHistory, small: SubHistory): SubHistory | undefined {
    if (small.from < 0 || this.#hasRefused(small)) return undefined;
    const part = small.part.slice();
    for (let asked = new Set<number>(), size = -1; size !== asked.size; ) {
      size = asked.size;
      asked = this.#askedFor(part);
      this.#addMakersOf(asked, part, cut);
      if (sizeOf({ ...small, part }) > 4 * SMALL) return undefined;
    }
    const whole = this.#tidied({ part, from: -1, until: small.until });
    return this.#illegal(whole) ? this.#weaken(whole) : undefined;
  }

  #hasRefused({ part }: SubHistory): boolean {
    return part.some((was, op) => was !== LEFT_OUT && this.#classes.kind(this.#operations.cls[op]!) === DIFFERS);
  }

  #askedFor(part: Uint8Array): Set<number> {
    const asked = new Set<number>();
    for (let op = 0; op < part.length; op++) if (part[op] !== LEFT_OUT) asked.add(this.#classes.from(this.#operations.cls[op]!));
    return asked;
  }

  #addMakersOf(asked: ReadonlySet<number>, part: Uint8Array, cut: SubHistory): void {
    for (let op = 0; op < part.length; op++) {
      if (part[op] !== LEFT_OUT || cut.part[op] === LEFT_OUT || isObserver(this.#operations, this.#classes, op)) continue;
      if (asked.has(this.#classes.to(this.#operations.cls[op]!))) part[op] = cut.part[op]!;
    }
  }
}
