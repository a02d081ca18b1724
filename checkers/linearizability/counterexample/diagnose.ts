/** What kind of violation a minimised sub-history of a register shows, and the sentence that says it. */
import type { History } from '../../../harness/contracts/index.ts';
import type { Hold } from '../models/model.ts';
import { sameValue } from '../models/same-value.ts';
import { CAS, DIFFERS, READ } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER, type Prepared } from '../problem/prepare.ts';
import type { Diagnosis } from './diagnosis.ts';
import { culpritsOf } from './failed-but-visible.ts';
import { partaking } from './narrow.ts';
import { seenReplaced, unseenUpdate } from './replaced.ts';
import { KNOWN, type SubHistory } from './sub-history.ts';
import { at, by, inWords, onKey, operationInWords } from './wording.ts';

/** The story of `culprit`, the operation that nothing explains. */
export function diagnose(prepared: Prepared, operations: KeyOperations, culprit: number, sub: SubHistory): Diagnosis {
  const story = new Story(prepared, operations, culprit, sub);
  return story.failedButVisible() ?? story.ofKind() ?? unseenUpdate(prepared, operations, culprit, sub) ?? story.generic();
}

class Story {
  readonly #prepared: Prepared;
  readonly #history: History;
  readonly #operations: KeyOperations;
  readonly #culprit: number;
  readonly #sub: SubHistory;
  /** The culprit in words, with its process. */
  readonly #what: string;
  readonly #where: string;

  constructor(prepared: Prepared, operations: KeyOperations, culprit: number, sub: SubHistory) {
    this.#prepared = prepared;
    this.#history = prepared.history;
    this.#operations = operations;
    this.#culprit = culprit;
    this.#sub = sub;
    this.#where = onKey(prepared.history, operations.key);
    this.#what = `${this.#words(culprit)} ${by(prepared.history, operations.call[culprit]!)}${this.#where}`;
  }

  /** Rule 1: a value that only failed operations made was seen. */
  failedButVisible(): Diagnosis | undefined {
    const { culprits, errors } = culpritsOf(this.#prepared, this.#operations, this.#culprit);
    const first = culprits[0];
    if (first === undefined) return undefined;
    const { f } = this.#history.event(first);
    const failed = `${f} ${inWords(this.#history.event(first).value)} ${by(this.#history, first)} failed at ${this.#at(this.#history.columns.pair[first]!)}`;
    const verdict = `either the system applied a write it refused, or the client's error table is wrong for ${errors.join(', ')}`;
    return {
      type: 'failed-but-visible',
      culprits,
      sentence: `${this.#what} at ${this.#endsAt()} saw what only a failed operation wrote (${failed}): ${verdict}`,
    };
  }

  ofKind(): Diagnosis | undefined {
    if (this.#prepared.model.hold) return this.#ofLock();
    return isPlainRegister(this.#prepared) ? this.#ofRegister() : undefined;
  }

  /** Who had the lock, or that nobody can give back what they do not have. */
  #ofLock(): Diagnosis | undefined {
    const { classes } = this.#prepared;
    const { call, ret, cls } = this.#operations;
    const holdOf = (op: number): Hold | undefined => this.#prepared.model.hold!(classes.operation(cls[op]!));
    const own = holdOf(this.#culprit);
    if (own === undefined) return undefined;
    const when = `${this.#what} (${this.#startsAt()} – ${this.#endsAt()})`;
    const isHolder = (op: number): boolean => {
      const hold = holdOf(op);
      return hold?.change === 'taken' && ret[op]! < call[this.#culprit]! && (own.change === 'given back') === sameValue(hold.by, own.by);
    };
    const holder = this.#kept().findLast((op) => this.#sub.part[op] === KNOWN && isHolder(op));
    if (own.change === 'given back' && holder === undefined) {
      return { type: 'nonlinearizable', culprits: [], sentence: `${when} was acknowledged, though ${inWords(own.by)} did not hold the lock` };
    }
    if (holder === undefined) return undefined;
    const taker = `${this.#words(holder)} ${by(this.#history, call[holder]!)}, acknowledged at ${this.#at(ret[holder]!)}`;
    const sentence = `${when} cannot have got the lock so beside ${taker}`;
    return own.change === 'taken' ? { type: 'nonlinearizable', culprits: [], sentence } : undefined;
  }

  #ofRegister(): Diagnosis | undefined {
    const kind = this.#kind(this.#culprit);
    if (kind === DIFFERS) return this.#wronglyRefused();
    if (kind !== READ && kind !== CAS) return undefined;
    return (
      this.#fromNowhere() ??
      this.#fromTheFuture() ??
      this.#usedTwice() ??
      this.#overwritten() ??
      seenReplaced(this.#prepared, this.#operations, this.#culprit, this.#sub)
    );
  }

  generic(): Diagnosis {
    const others = this.#kept().length - 1;
    const sentence = `${this.#what} (${this.#startsAt()} – ${this.#endsAt()}) has no place in any order of it and the ${others} other operation${others === 1 ? '' : 's'} that count`;
    return { type: 'nonlinearizable', culprits: [], sentence };
  }

  #wronglyRefused(): Diagnosis {
    const held = inWords(this.#value(this.#from(this.#culprit)));
    const sentence = `${this.#what} was refused (${this.#startsAt()} – ${this.#endsAt()}), though the register could hold nothing but ${held} all that time`;
    return { type: 'wrongly-refused', culprits: [], sentence };
  }

  /** Nothing that could have happened ever makes the value. */
  #fromNowhere(): Diagnosis | undefined {
    if (this.#madeInitially() || this.#producers().length > 0) return undefined;
    const seen = inWords(this.#value(this.#from(this.#culprit)));
    const refused = this.#refusedProducer();
    if (refused !== undefined) {
      const source = `${this.#words(refused)} ${by(this.#history, this.#operations.call[refused]!)}`;
      const end = this.#at(this.#operations.ret[refused]!);
      const sentence = `${this.#what} at ${this.#endsAt()} saw ${seen}, which only ${source} could have written, and that was refused at ${end}`;
      return { type: 'refused-but-visible', culprits: [this.#operations.call[refused]!], sentence };
    }
    const init = inWords(this.#prepared.model.init as never);
    return {
      type: 'value-from-nowhere',
      culprits: [],
      sentence: `${this.#what} at ${this.#endsAt()} saw ${seen}, which nothing ever wrote (the initial value is ${init})`,
    };
  }

  /** What made the value was called only after the culprit had returned. */
  #fromTheFuture(): Diagnosis | undefined {
    const producers = this.#producers();
    const first = producers[0];
    if (this.#madeInitially() || first === undefined || this.#operations.call[first]! < this.#sub.until) return undefined;
    const source = `${this.#words(first)} ${by(this.#history, this.#operations.call[first]!)}`;
    const sentence = `${this.#what} ended at ${this.#endsAt()}, before the first operation that wrote that value began (${source}, ${this.#at(this.#operations.call[first]!)})`;
    return { type: 'read-from-the-future', culprits: [this.#operations.call[first]!], sentence };
  }

  /** Two exchanges took the same value away, which was there once. */
  #usedTwice(): Diagnosis | undefined {
    const from = this.#from(this.#culprit);
    const takers = this.#kept().filter((op) => this.#sub.part[op] === KNOWN && this.#kind(op) === CAS && this.#from(op) === from);
    const sources = this.#producers().filter((op) => this.#operations.call[op]! < this.#sub.until).length + (this.#madeInitially() ? 1 : 0);
    if (this.#sub.from >= 0 || takers.length < 2 || takers.length <= sources || sources !== 1) return undefined;
    const [first, second] = takers as [number, number];
    const tell = (op: number): string =>
      `${this.#words(op)} ${by(this.#history, this.#operations.call[op]!)} (acknowledged at ${this.#at(this.#operations.ret[op]!)})`;
    const source = this.#producers()[0];
    const once = source === undefined ? 'was there only initially' : `was written only once (${this.#words(source)})`;
    const sentence = `both ${tell(first)} and ${tell(second)} took effect${this.#where}, though ${inWords(this.#value(from))} ${once}`;
    return { type: 'lost-update', culprits: [], sentence };
  }

  /** The value had certainly been overwritten before the culprit began. */
  #overwritten(): Diagnosis | undefined {
    const { call, ret } = this.#operations;
    const start = call[this.#culprit]!;
    const from = this.#from(this.#culprit);
    const before = this.#kept().filter((op) => this.#sub.part[op] === KNOWN && ret[op]! < start && this.#to(op) >= 0 && this.#to(op) !== from);
    const over = before.sort((a, b) => ret[b]! - ret[a]!)[0];
    if (over === undefined) return undefined;
    if (this.#producers().some((op) => call[op]! < this.#sub.until && ret[op]! > call[over]!)) return undefined;
    const seen = inWords(this.#value(from));
    const seenLater = this.#seenBesides(this.#to(over));
    const again = this.#producers().length > 0 || this.#madeInitially() ? 'again' : 'at all';
    const lost = seenLater ? '' : `, and nothing ever saw ${inWords(this.#value(this.#to(over)))}`;
    const acknowledged = `${this.#words(over)} ${by(this.#history, call[over]!)} was acknowledged at ${this.#at(ret[over]!)}`;
    const sentence = `${this.#what} began at ${this.#startsAt()}, after ${acknowledged}; nothing wrote ${seen} ${again}${lost}`;
    return { type: seenLater ? 'stale-read' : 'lost-write', culprits: [], sentence };
  }

  /** Whether any operation saw the value that the lost or hidden update made. */
  #seenBesides(value: number): boolean {
    const { count, cls, ret } = this.#operations;
    for (let op = 0; op < count; op++)
      if (op !== this.#culprit && ret[op] !== NEVER && this.#kind(op) !== DIFFERS && this.#prepared.classes.from(cls[op]!) === value) return true;
    return false;
  }

  /** Operations that may have made the value that the culprit saw, by call. */
  #producers(): number[] {
    const from = this.#from(this.#culprit);
    const list: number[] = [];
    for (let op = 0; op < this.#operations.count; op++) if (op !== this.#culprit && this.#to(op) === from) list.push(op);
    return list;
  }

  #refusedProducer(): number | undefined {
    const seen = JSON.stringify(this.#value(this.#from(this.#culprit)));
    for (let op = 0; op < this.#operations.count && this.#operations.call[op]! < this.#sub.until; op++) {
      if (this.#kind(op) !== DIFFERS) continue;
      const { input } = this.#prepared.classes.operation(this.#operations.cls[op]!);
      if (Array.isArray(input) && JSON.stringify(input[1]) === seen) return op;
    }
    return undefined;
  }

  #madeInitially(): boolean {
    return this.#from(this.#culprit) === this.#prepared.classes.values.id(this.#prepared.model.init as never);
  }

  #kept(): number[] {
    return partaking(this.#sub);
  }

  #kind(op: number): number {
    return this.#prepared.classes.kind(this.#operations.cls[op]!);
  }

  #from(op: number): number {
    return this.#prepared.classes.from(this.#operations.cls[op]!);
  }

  #to(op: number): number {
    return this.#prepared.classes.to(this.#operations.cls[op]!);
  }

  #value(id: number): ReturnType<Prepared['classes']['values']['value']> {
    return this.#prepared.classes.values.value(id);
  }

  #words(op: number): string {
    return operationInWords(this.#prepared.model, this.#prepared.classes.operation(this.#operations.cls[op]!));
  }

  #at(event: number): string {
    return at(this.#history, event);
  }

  #startsAt(): string {
    return this.#at(this.#operations.call[this.#culprit]!);
  }

  #endsAt(): string {
    return this.#at(this.#operations.ret[this.#culprit]!);
  }
}

/** Whether it is read and written, and not a lock in the form of a register. */
function isPlainRegister({ model }: Prepared): boolean {
  return model.asRegister !== undefined && (model.observers ?? []).length > 0;
}
