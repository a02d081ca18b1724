/**
 * Who made each value, who took it away, and which operations of unknown outcome certainly took effect: registers on which
 * every value is made once. O(n).
 */
import { CAS, DIFFERS, READ, WRITE } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import { INITIAL, type RegisterForm } from '../register-form.ts';
import type { Violation } from './violation.ts';

/** No operation. */
export const NONE = -1;

export interface Links {
  /** By value: the operation that makes it, NONE for the initial one and those that nobody makes. */
  readonly maker: Int32Array;
  /** By value: the exchange that certainly took it away, or NONE. */
  readonly taker: Int32Array;
  /** By operation: 1 for updates that certainly took effect. */
  readonly effective: Uint8Array;
  /** By effective operation: the one because of which it must have happened; itself where it is known to have. */
  readonly because: Int32Array;
  /** How many effective exchanges there are. */
  readonly exchanges: number;
}

/** The links, a violation that they show, or undefined where a value is made twice. */
export function linksOf(form: RegisterForm): Links | Violation | undefined {
  const maker = makers(form);
  return maker && new Closure(form, maker).run();
}

function makers({ count, to, values }: RegisterForm): Int32Array | undefined {
  const maker = new Int32Array(values).fill(NONE);
  for (let op = 0; op < count; op++) {
    const made = to[op]!;
    if (made < 0) continue;
    if (made === INITIAL || maker[made] !== NONE) return undefined;
    maker[made] = op;
  }
  return maker;
}

/** What is known to have happened, and what must have happened before that. */
class Closure {
  readonly #form: RegisterForm;
  readonly #maker: Int32Array;
  readonly #taker: Int32Array;
  readonly #effective: Uint8Array;
  readonly #because: Int32Array;
  readonly #todo: Int32Array;
  #todoCount = 0;
  #exchanges = 0;

  constructor(form: RegisterForm, maker: Int32Array) {
    this.#form = form;
    this.#maker = maker;
    this.#taker = new Int32Array(form.values).fill(NONE);
    this.#effective = new Uint8Array(form.count);
    this.#because = new Int32Array(form.count).fill(NONE);
    this.#todo = new Int32Array(form.count);
  }

  run(): Links | Violation {
    const { count, kind, ret, from } = this.#form;
    for (let op = 0; op < count; op++) {
      if (ret[op] === NEVER || kind[op] === DIFFERS) continue;
      if (kind[op] !== READ) this.#happened(op, op);
      else if (!this.#observe(from[op]!, op)) return { culprits: [op] };
      const violation = this.#trace();
      if (violation) return violation;
    }
    return { maker: this.#maker, taker: this.#taker, effective: this.#effective, because: this.#because, exchanges: this.#exchanges };
  }

  #happened(op: number, because: number): void {
    if (this.#effective[op] === 1) return;
    this.#effective[op] = 1;
    this.#because[op] = because;
    if (this.#form.kind[op] !== WRITE) this.#todo[this.#todoCount++] = op;
  }

  /** Whether somebody can have made the value. */
  #observe(value: number, because: number): boolean {
    const maker = this.#maker[value]!;
    if (maker !== NONE) this.#happened(maker, because);
    return maker !== NONE || value === INITIAL;
  }

  #trace(): Violation | undefined {
    const { kind, from } = this.#form;
    while (this.#todoCount > 0) {
      const op = this.#todo[--this.#todoCount]!;
      if (kind[op] !== CAS) continue;
      this.#exchanges++;
      const taken = from[op]!;
      if (!this.#observe(taken, op)) return { culprits: [op], because: this.#because };
      const other = this.#taker[taken]!;
      if (other !== NONE) return { culprits: [other, op], because: this.#because };
      this.#taker[taken] = op;
    }
    return undefined;
  }
}
