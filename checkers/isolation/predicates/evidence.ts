/** Why one transaction depends on another: the row, and the operations of both. O(what the reader read). */
import { words } from '../../columns/events.ts';
import type { Evidence, EvidenceSource } from '../findings/evidence.ts';
import type { TransactionNames } from '../findings/names.ts';
import { RW, RWP, WR, WW } from '../graph/dependency-graph.ts';
import { ABSENT } from './collect.ts';
import { type RowDependency, type RowMaterial, readDependencies, writeDependencies } from './dependencies.ts';
import { predicateInWords } from './predicate.ts';

export const PREDICATE_CYCLE = 'isolation/predicate-cycle';

export class RowEvidence implements EvidenceSource {
  readonly certificate = PREDICATE_CYCLE;
  readonly #material: RowMaterial;
  readonly #names: TransactionNames;

  constructor(material: RowMaterial, names: TransactionNames) {
    this.#material = material;
    this.#names = names;
  }

  /** Throws an Error for an edge that nothing supports: a mistake of ours. */
  of(from: number, to: number, kind: number): Evidence {
    const found = this.#find(from, to, kind);
    if (found === undefined)
      throw new Error(`nothing supports the edge of kind ${kind} from ${this.#names.transaction(from)} to ${this.#names.transaction(to)}`);
    const { key, fromOp, toOp } = found;
    return { kind: nameOf(found), key: this.#material.transactions.keys[key]!, fromOp, toOp, sentence: this.#sentence(found) };
  }

  #find(from: number, to: number, kind: number): RowDependency | undefined {
    const all = kind === WW ? this.#writes(from) : readDependencies(this.#material, kind === WR ? to : from);
    // Rows tell more than what is missing.
    let found: RowDependency | undefined;
    for (const one of all) {
      if (one.from !== from || one.to !== to || one.kind !== kind) continue;
      if (!one.ofPredicate) return one;
      found ??= one;
    }
    return found;
  }

  *#writes(t: number): Generator<RowDependency> {
    for (const op of this.#material.transactions.ops[t]!) if (op.f === 'write') yield* writeDependencies(this.#material, op.key);
  }

  #sentence({ from, to, kind, ofPredicate, key, fromOp, toOp }: RowDependency): string {
    const [one, other] = [this.#names.transaction(from), this.#names.transaction(to)];
    const row = this.#key(key);
    if (kind === WW) return `${one} ${this.#wrote(from, fromOp)} before ${other} ${this.#wrote(to, toOp)}`;
    if (kind === WR && ofPredicate)
      return `${other} looked for ${this.#predicate(to, toOp)} and did not find ${row}, because ${one} ${this.#wrote(from, fromOp)}`;
    if (kind === WR) return `${other} ${this.#read(to, toOp, key)}, which ${one} left there`;
    if (kind === RWP) return `${one} looked for ${this.#predicate(from, fromOp)} and did not find ${row}, so before ${other} ${this.#wrote(to, toOp)}`;
    return `${one} ${this.#read(from, fromOp, key)}, so before ${other} ${this.#wrote(to, toOp)}`;
  }

  #key(key: number): string {
    return words(this.#material.transactions.keys[key]!);
  }

  #predicate(t: number, place: number): string {
    const op = this.#material.transactions.ops[t]![place]!;
    return op.f === 'select' ? predicateInWords(this.#material.transactions.predicates[op.predicate]!) : 'rows';
  }

  #wrote(t: number, place: number): string {
    const { ops, values } = this.#material.transactions;
    const op = ops[t]![place]!;
    if (op.f !== 'write') throw new Error(`micro-operation ${place} of ${this.#names.transaction(t)} is no write`);
    if (op.value === ABSENT) return `deleted ${this.#key(op.key)}`;
    return op.inserts ? `inserted ${this.#key(op.key)} with ${words(values[op.value])}` : `wrote ${words(values[op.value])} to ${this.#key(op.key)}`;
  }

  #read(t: number, place: number, key: number): string {
    const { ops, values } = this.#material.transactions;
    const op = ops[t]![place]!;
    const value = op.f === 'read' ? op.value : op.f === 'select' ? op.found?.get(key) : undefined;
    const what = value === undefined || value === ABSENT ? `found no ${this.#key(key)}` : `read ${words(values[value])} in ${this.#key(key)}`;
    return op.f === 'select' ? `looked for ${this.#predicate(t, place)} and ${what}` : what;
  }
}

function nameOf({ kind, ofPredicate }: RowDependency): Evidence['kind'] {
  if (kind === WW) return 'ww';
  if (kind === WR) return ofPredicate ? 'wrp' : 'wr';
  if (kind === RW) return 'rw';
  return 'rwp';
}
