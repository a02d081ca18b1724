/**
 * Which absence each operation met that found the key absent: guessed, judged as a register on which every value is made
 * once, and where that convicts, guessed otherwise for those that the conviction names, until an order is found or a
 * conviction remains whatever is chosen (search directed by conflicts, with back-jumping).
 *
 * An order of the key, if there is one, has a choice under which it is an order of the register: each met the last delete
 * before it. So where no choice has one, the key has none. A conviction under a choice names all operations that it rests
 * on, with those that made what they saw: what others chose makes no difference to it.
 */
import { decideChains } from '../registers/chains/chains-engine.ts';
import type { Decision } from '../search/engine.ts';
import type { Candidates } from './absences.ts';
import type { VersionForm } from './version-form.ts';

type Illegal = Extract<Decision, { readonly kind: 'illegal' }> & { readonly core: Int32Array };

/** How many choices are judged before giving up. */
const ATTEMPTS = 64;

const UNSUITABLE: Decision = { kind: 'undecided', why: 'unsuitable', explored: 0 };

/** The decision of all choices; `unsuitable` where there are too many. O(n) a choice. */
export function decideAbsences(version: VersionForm, candidates: Candidates): Decision {
  return new Choice(version, candidates).decide(new Set());
}

class Choice {
  readonly #form: VersionForm['form'];
  readonly #candidates: Candidates;
  readonly #maker: Int32Array;
  #attempts = 0;

  constructor({ form }: VersionForm, candidates: Candidates) {
    this.#form = form;
    this.#candidates = candidates;
    this.#maker = new Int32Array(form.values).fill(-1);
    for (let op = 0; op < form.count; op++) if (form.to[op]! >= 0) this.#maker[form.to[op]!] = op;
    for (const [op, [likeliest]] of candidates) form.from[op] = likeliest!;
  }

  /** With what `fixed` operations have chosen. A conviction rests on no other choices. */
  decide(fixed: ReadonlySet<number>): Decision {
    if (++this.#attempts > ATTEMPTS) return UNSUITABLE;
    const decision = decideChains(this.#form);
    return decision.kind === 'illegal' ? this.#otherwise(this.#closed(decision), fixed) : decision;
  }

  /** With other choices of those on which a conviction rests. */
  #otherwise(conviction: Illegal, fixed: ReadonlySet<number>): Decision {
    const open = conviction.core.find((op) => !fixed.has(op) && (this.#candidates.get(op)?.length ?? 0) > 1);
    if (open === undefined) return conviction;
    const guessed = this.#form.from[open]!;
    const chosen = new Set([...fixed, open]);
    let all: Illegal | undefined;
    for (const version of [guessed, ...this.#candidates.get(open)!.filter((other) => other !== guessed)]) {
      this.#form.from[open] = version;
      const decision = version === guessed ? this.#otherwise(conviction, chosen) : this.decide(chosen);
      if (decision.kind !== 'illegal') return decision;
      const convicted = decision as Illegal;
      if (!convicted.core.includes(open)) return convicted;
      all = all ? this.#both(all, convicted) : convicted;
    }
    return all!;
  }

  /** With those that made what the operations of the core saw, and those by which that is known. */
  #closed(conviction: Extract<Decision, { readonly kind: 'illegal' }>): Illegal {
    const { from, knownBy } = this.#form;
    const core = new Set<number>();
    const todo = [...conviction.core!];
    for (let op = todo.pop(); op !== undefined; op = todo.pop()) {
      if (op < 0 || core.has(op)) continue;
      core.add(op);
      todo.push(knownBy[op]!);
      if (from[op]! >= 0) todo.push(this.#maker[from[op]!]!);
    }
    return { ...conviction, core: Int32Array.from(core) };
  }

  /** Two convictions that exclude two choices of one operation. */
  #both(a: Illegal, b: Illegal): Illegal {
    const { ret } = this.#form;
    const later = ret[a.suspect]! > ret[b.suspect]! ? a : b;
    return { ...later, core: Int32Array.from(new Set([...a.core, ...b.core])) };
  }
}
