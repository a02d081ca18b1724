/** Classes of operations: operations that a model cannot tell apart. Each is shown to the model once. */
import { type History, NO_VALUE, type Value } from '../../../harness/contracts/index.ts';
import type { Model, ModelOperation } from '../models/model.ts';
import { ClassIndex } from './class-index.ts';
import { ValueIds } from './value-ids.ts';

export const OK_OUTCOME = 0;
export const REFUSED = 1;
export const UNKNOWN = 2;
const OUTCOMES = ['ok', 'refused', 'unknown'] as const;

/** Bits of `OperationClasses.traits`. */
export const OBSERVER = 1;
export const BLIND = 2;
export const OVERWRITING = 4;
/** The model does not know it, or its values have the wrong shape. */
export const FOREIGN = 8;

/** Kinds of register operations. */
export const READ = 0;
export const WRITE = 1;
export const CAS = 2;
export const DIFFERS = 3;
const KINDS = { read: READ, write: WRITE, cas: CAS, differs: DIFFERS } as const;

/** Room for so many classes at first. */
const FIRST_CLASSES = 16;

export class OperationClasses {
  readonly history: History;
  readonly model: Model;
  /** The values of register operations. */
  readonly values = new ValueIds();
  readonly #index: ClassIndex;
  readonly #traitsOfF: Uint8Array;
  #hasForeign = false;
  #traits = new Uint8Array(FIRST_CLASSES);
  #kind = new Uint8Array(FIRST_CLASSES);
  #from = new Int32Array(FIRST_CLASSES);
  #to = new Int32Array(FIRST_CLASSES);

  constructor(history: History, model: Model) {
    this.history = history;
    this.model = model;
    // Who did it makes a difference to few models; to the others it would be a class for each process.
    this.#index = new ClassIndex(model.ownerAware ? 'by process' : 'whoever');
    const has = (list: readonly string[] | undefined, f: string): boolean => list?.includes(f) ?? false;
    this.#traitsOfF = Uint8Array.from(history.fs, (f) => {
      if (!model.fs.includes(f)) return FOREIGN;
      return (has(model.observers, f) ? OBSERVER : 0) | (has(model.blind, f) ? BLIND : 0) | (has(model.overwriting, f) ? OVERWRITING | BLIND : 0);
    });
  }

  get count(): number {
    return this.#index.count;
  }

  /** Whether any of them is foreign to the model. */
  get hasForeign(): boolean {
    return this.#hasForeign;
  }

  get bytes(): number {
    return this.#index.bytes + this.#traits.length * 10;
  }

  /** The traits of an operation name (an index into `history.fs`) as the model declares them. */
  traitsOfF(f: number): number {
    return this.#traitsOfF[f]!;
  }

  /** The class of an operation; `output` is NO_VALUE where the outcome is unknown, `process` matters to owner-aware models alone. */
  classOf(f: number, input: number, output: number, outcome: number, process: number): number {
    // What a blind operation answers says nothing, so an unknown one is of the same class as a known one.
    const blind = (this.#traitsOfF[f]! & BLIND) !== 0 && outcome !== REFUSED;
    const known = this.#index.count;
    const ordinal = this.#index.ordinal(f, input, blind ? NO_VALUE : output, blind ? OK_OUTCOME : outcome, process);
    if (ordinal === known) this.#describe(ordinal);
    return ordinal;
  }

  /** The operation of a class, as the model sees it. A fresh object: not for loops. */
  operation(cls: number): ModelOperation {
    const value = (i: number): Value => this.history.value(this.#index.at(cls, i)) ?? null;
    const outcome = OUTCOMES[this.#index.at(cls, 3)]!;
    const operation = { f: this.history.fs[this.#index.at(cls, 0)]!, input: value(1), output: outcome === 'unknown' ? undefined : value(2), outcome };
    return this.model.ownerAware ? { ...operation, process: this.#index.process(cls) } : operation;
  }

  /** The name of the operations of a class: an index into `history.fs`. */
  f(cls: number): number {
    return this.#index.at(cls, 0);
  }

  /** What they were given: a value id of the history. */
  input(cls: number): number {
    return this.#index.at(cls, 1);
  }

  /** What they answered: a value id of the history, NO_VALUE where that is unknown or says nothing. */
  output(cls: number): number {
    return this.#index.at(cls, 2);
  }

  /** OK_OUTCOME, REFUSED or UNKNOWN. */
  outcome(cls: number): number {
    return this.#index.at(cls, 3);
  }

  /** The process that did them; for owner-aware models only. */
  process(cls: number): number {
    return this.#index.process(cls);
  }

  traits(cls: number): number {
    return this.#traits[cls]!;
  }

  /** READ, WRITE, CAS or DIFFERS. For models with `asRegister` only. */
  kind(cls: number): number {
    return this.#kind[cls]!;
  }

  /** The value that must (READ, CAS) or must not (DIFFERS) be in the register, as an id of `values`; -1 for a WRITE. */
  from(cls: number): number {
    return this.#from[cls]!;
  }

  /** The value afterwards, for WRITE and CAS; else -1. */
  to(cls: number): number {
    return this.#to[cls]!;
  }

  #describe(cls: number): void {
    if (cls === this.#traits.length) this.#grow();
    const operation = this.operation(cls);
    const declared = this.#traitsOfF[this.#index.at(cls, 0)]!;
    const accepted = (declared & FOREIGN) === 0 && (this.model.accepts?.(operation) ?? true);
    const changesNothing = accepted && (this.model.changesNothing?.(operation) ?? operation.outcome === 'refused');
    this.#traits[cls] = !accepted ? FOREIGN : changesNothing ? OBSERVER : declared;
    if (!accepted) this.#hasForeign = true;
    if (!accepted || !this.model.asRegister) return;
    const form = this.model.asRegister(operation);
    this.#kind[cls] = KINDS[form.kind];
    this.#from[cls] = form.kind === 'read' ? this.values.id(form.value) : form.kind === 'write' ? -1 : this.values.id(form.from);
    this.#to[cls] = form.kind === 'write' ? this.values.id(form.value) : form.kind === 'cas' ? this.values.id(form.to) : -1;
    if (form.kind === 'cas' && this.#from[cls] === this.#to[cls]) this.#makeRead(cls);
  }

  /** An exchange of a value for itself changes nothing. */
  #makeRead(cls: number): void {
    this.#kind[cls] = READ;
    this.#to[cls] = -1;
    this.#traits[cls] = OBSERVER;
  }

  #grow(): void {
    const capacity = this.#traits.length * 2;
    const grown = <T extends Uint8Array | Int32Array>(larger: T, old: T): T => {
      larger.set(old);
      return larger;
    };
    this.#traits = grown(new Uint8Array(capacity), this.#traits);
    this.#kind = grown(new Uint8Array(capacity), this.#kind);
    this.#from = grown(new Int32Array(capacity), this.#from);
    this.#to = grown(new Int32Array(capacity), this.#to);
  }
}
