/**
 * A key of strings as a register of versions: a put writes one, an append whose token somebody saw exchanges the version
 * before it for the next, a get reads one. A token that nobody ever saw leaves a state behind that nobody sees until the next
 * put: such a put or append is a write of a value that nobody reads. Each delete writes an absence of its own; which of them
 * an operation met that found the key absent has to be chosen (`choose-absences.ts`).
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { CAS, DIFFERS, OK_OUTCOME, type OperationClasses, READ, REFUSED, WRITE } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { RegisterForm } from '../registers/register-form.ts';
import type { Problem } from '../search/engine.ts';
import { AMBIGUOUS, FIRST_VERSION, IMPOSSIBLE, NOTHING, Versions } from './versions.ts';

export interface VersionForm {
  readonly form: RegisterForm & { readonly knownBy: Int32Array };
  /** The deletes, by call. */
  readonly deletes: readonly number[];
  /** Known to have found the key absent (by a get, an exchange), or nothing to append to; or unknown and in need of that. `form.from` is -1. */
  readonly metAbsence: readonly number[];
  /** Those of them that may also have met the first version. */
  readonly orFirst: (op: number) => boolean;
  /** Refused exchanges that expected what is no one version: an absence, where there are several, or what unseen appends may have made. `form` lets them pass. */
  readonly passed: readonly number[];
  /** Exchanges of unknown outcome that expected what unseen appends may have made: `form` does not let them happen. */
  readonly doubtful: readonly number[];
}

/** The form; an operation that saw what nothing could make; undefined where versions cannot be told apart. O(length of all strings). */
export function versionForm({ operations, classes, ...rest }: Problem): VersionForm | { readonly impossible: number } | undefined {
  const init = 'init' in rest ? rest.init : classes.model.init;
  return typeof init === 'string' || init === null ? new FormBuilder(operations, classes, init).make() : undefined;
}

class FormBuilder {
  readonly #operations: KeyOperations;
  readonly #classes: OperationClasses;
  readonly #init: string | null;
  readonly #names: readonly string[];
  /** By operation: the version that it makes; that it sees; -1. */
  readonly #to: Int32Array;
  readonly #from: Int32Array;
  readonly #kind: Uint8Array;
  readonly #knownBy: Int32Array;
  /** By version: the operation that saw it, or one made from it, first. */
  readonly #seenBy: number[] = [-1];
  readonly #deletes: number[] = [];
  readonly #metAbsence: number[] = [];
  readonly #passed: number[] = [];
  readonly #doubtful: number[] = [];
  /** Exchanges whose condition never held, as far as this form goes. */
  readonly #never: number[] = [];

  constructor(operations: KeyOperations, classes: OperationClasses, init: string | null) {
    const { count } = operations;
    this.#operations = operations;
    this.#classes = classes;
    this.#init = init;
    this.#names = classes.history.fs;
    this.#to = new Int32Array(count).fill(-1);
    this.#from = new Int32Array(count).fill(-1);
    this.#kind = new Uint8Array(count);
    this.#knownBy = new Int32Array(count).fill(-1);
  }

  make(): VersionForm | { readonly impossible: number } | undefined {
    const versions = this.#collect();
    const impossible = versions && this.#see(versions);
    if (versions === undefined || impossible === undefined) return undefined;
    if (impossible >= 0) return { impossible };
    this.#name(versions);
    if (!this.#link(versions)) return undefined;
    const { count, call, ret } = this.#operations;
    let values = versions.count;
    // What nobody saw is a value of its own.
    for (let op = 0; op < count; op++) if (this.#to[op]! < 0 && this.#kind[op] !== READ && this.#kind[op] !== DIFFERS) this.#to[op] = values++;
    const never = values++;
    for (const op of this.#never) this.#from[op] = never;
    return {
      form: { count, call, ret, kind: this.#kind, from: this.#from, to: this.#to, values, knownBy: this.#knownBy },
      deletes: this.#deletes,
      metAbsence: this.#metAbsence,
      orFirst: (op) => this.#init === null || (this.#init === '' && this.#f(op) === 'append'),
      passed: this.#passed,
      doubtful: this.#doubtful,
    };
  }

  /** How many versions are absences. */
  get #absences(): number {
    return this.#deletes.length + (this.#init === null ? 1 : 0);
  }

  /** The parts that strings are made of; undefined where one is made twice, or there is something else than strings. */
  #collect(): Versions | undefined {
    const wholes = new Map<string, number>();
    const tokens = new Map<string, number>();
    for (let op = 0; op < this.#operations.count; op++) {
      const f = this.#f(op);
      if (f === 'get') continue;
      this.#kind[op] = WRITE;
      if (f === 'delete') {
        this.#deletes.push(op);
        continue;
      }
      const made = f === 'cas' ? this.#pair(op)[1] : this.#input(op);
      if ((f !== 'put' && f !== 'append' && f !== 'cas') || typeof made !== 'string' || made === '') return undefined;
      if (this.#outcome(op) === REFUSED) continue;
      const parts = f === 'append' ? tokens : wholes;
      if (parts.has(made)) return undefined;
      parts.set(made, op);
    }
    const versions = new Versions(this.#init, wholes, tokens);
    return this.#init === null || versions.isFirstOnly(this.#init) ? versions : undefined;
  }

  /**
   * What each operation saw. Gives an operation that saw what nothing could make, -1 where there is none, undefined where that
   * cannot be told. Those that certainly saw go first: what a condition names that was refused, or whose outcome is unknown,
   * need not ever have been there.
   */
  #see(versions: Versions): number | undefined {
    let impossible = -1;
    for (let op = 0; op < this.#operations.count; op++) {
      const f = this.#f(op);
      if (f !== 'get' && f !== 'cas') continue;
      this.#kind[op] = f === 'get' ? READ : this.#outcome(op) === REFUSED ? DIFFERS : CAS;
      if (this.#outcome(op) !== OK_OUTCOME || this.#operations.ret[op] === NEVER) continue;
      const seen = f === 'get' ? this.#output(op) : this.#pair(op)[0];
      const version = this.#versionOf(seen, versions);
      if (version === undefined) return undefined;
      while (this.#seenBy.length < versions.count) this.#seenBy.push(op);
      if (version === AMBIGUOUS) return undefined;
      if (version === IMPOSSIBLE) {
        if (impossible < 0 || this.#operations.ret[op]! < this.#operations.ret[impossible]!) impossible = op;
      } else if (version === NOTHING) this.#metAbsence.push(op);
      else this.#from[op] = version;
    }
    return impossible;
  }

  /** As `Versions.of`; NOTHING for an absent key. */
  #versionOf(seen: Value | undefined, versions: Versions): number | undefined {
    if (seen === null) return this.#absences === 0 ? IMPOSSIBLE : NOTHING;
    return typeof seen === 'string' ? versions.of(seen) : undefined;
  }

  /** The versions that the other conditions name. */
  #name(versions: Versions): void {
    for (let op = 0; op < this.#operations.count; op++) {
      if (this.#f(op) !== 'cas' || (this.#outcome(op) === OK_OUTCOME && this.#operations.ret[op] !== NEVER)) continue;
      const isRefused = this.#kind[op] === DIFFERS;
      const named = this.#pair(op)[0];
      if (named === null && this.#absences > 0 && !isRefused) {
        this.#metAbsence.push(op);
        continue;
      }
      const version = typeof named === 'string' ? versions.certain(named) : this.#absences > 0 ? undefined : IMPOSSIBLE;
      while (this.#seenBy.length < versions.count) this.#seenBy.push(op);
      if (version !== undefined && version !== IMPOSSIBLE) this.#from[op] = version;
      else this.#never.push(op);
      if (version === undefined) (isRefused ? this.#passed : this.#doubtful).push(op);
    }
  }

  /** What each operation made, as far as somebody saw it; false where one would have made two versions. */
  #link(versions: Versions): boolean {
    for (let version = FIRST_VERSION + 1; version < versions.count; version++) {
      const op = versions.maker[version]!;
      if (this.#to[op]! >= 0) return false;
      this.#to[op] = version;
      if (this.#f(op) !== 'append') continue;
      this.#kind[op] = CAS;
      this.#knownBy[op] = this.#seenBy[version]!;
      const before = versions.before[version]!;
      if (before === NOTHING) this.#metAbsence.push(op);
      else this.#from[op] = before;
    }
    return true;
  }

  #f(op: number): string {
    return this.#names[this.#classes.f(this.#operations.cls[op]!)]!;
  }

  #input(op: number): Value | undefined {
    return this.#classes.history.value(this.#classes.input(this.#operations.cls[op]!));
  }

  #output(op: number): Value | undefined {
    return this.#classes.history.value(this.#classes.output(this.#operations.cls[op]!));
  }

  #pair(op: number): readonly Value[] {
    return this.#input(op) as readonly Value[];
  }

  #outcome(op: number): number {
    return this.#classes.outcome(this.#operations.cls[op]!);
  }
}
