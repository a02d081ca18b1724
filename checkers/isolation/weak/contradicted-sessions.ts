/**
 * Session guarantees on lists of which reads show several orders: no place in one order tells what a read lacks, so that each
 * list is looked into. Only the keys of contradictory reads come here; O(pairs of a process's operations on the key × lists).
 */
import { OK } from '../../../harness/history/columns.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import { CONTRADICTED } from '../list-append/version-orders.ts';
import { tellReordered } from '../list-append/within-transactions.ts';
import { APPEND, READ } from '../transactions/columns.ts';

type Guarantee = 'non-monotonic-read' | 'missed-own-write' | 'non-monotonic-write' | 'write-before-read';
/** Says what is wrong with two operations of one process. `seen`: the element of an earlier read that matters; `witness`: the read that shows it. */
type TellSession = (material: Material, type: Guarantee, earlier: number, later: number, seen?: number, witness?: number) => void;
type Places = ReadonlyMap<number, number>;

/** Looks at the keys whose reads contradict each other; at most one of each kind for a key. */
export function findInContradicted(material: Material, tell: TellSession): void {
  const { transactions, byKey, orders } = material;
  for (let k = 0; k < transactions.keyCount; k++) {
    if ((orders.flaws[k]! & CONTRADICTED) === 0) continue;
    const reads = byKey.reads.subarray(byKey.readStart[k], byKey.readStart[k + 1]);
    const writes = byKey.writes.subarray(byKey.writeStart[k], byKey.writeStart[k + 1]);
    new KeySessions(material, tell, reads).compareAll([...reads, ...writes].sort((a, b) => a - b));
  }
}

class KeySessions {
  readonly #material: Material;
  readonly #tell: TellSession;
  /** What each read shows, and where. */
  readonly #shown: ReadonlyMap<number, Places>;
  readonly #told = new Set<string>();

  constructor(material: Material, tell: TellSession, reads: Int32Array) {
    const { elements, length } = material.transactions;
    this.#material = material;
    this.#tell = tell;
    this.#shown = new Map(
      Array.from(reads, (read) => {
        const places = new Map<number, number>();
        for (const [at, element] of elements.of(read, length[read]!).entries()) if (!places.has(element)) places.set(element, at);
        return [read, places];
      }),
    );
  }

  /** Operations on the key in history order: their transactions are in order of invocation. */
  compareAll(operations: readonly number[]): void {
    const { transactions, orders } = this.#material;
    const { owner, outcome, process } = transactions;
    const sessions = Map.groupBy(operations, (op) => process[owner[op]!]!);
    for (const session of sessions.values()) {
      const done = session.filter((op) => orders.committed[owner[op]!] === 1);
      for (const [i, later] of done.entries()) {
        for (const earlier of done.slice(0, i)) {
          if (owner[earlier] === owner[later]) this.#within(earlier, later);
          else if (outcome[owner[earlier]!] === OK) this.#compare(earlier, later);
        }
      }
    }
  }

  /** Appends of one transaction. */
  #within(earlier: number, later: number): void {
    const { kind, element } = this.#material.transactions;
    if (kind[earlier] !== APPEND || kind[later] !== APPEND || this.#told.has('reordered-appends')) return;
    const witness = this.#overtakes(element[later]!, element[earlier]!);
    if (witness === undefined) return;
    this.#told.add('reordered-appends');
    tellReordered(this.#material, earlier, later, witness);
  }

  #compare(earlier: number, later: number): void {
    const { transactions, orders } = this.#material;
    const { kind, element } = transactions;
    const isRead = kind[earlier] === READ;
    const [miss, overtake] = isRead ? (['non-monotonic-read', 'write-before-read'] as const) : (['missed-own-write', 'non-monotonic-write'] as const);
    const type = kind[later] === READ ? miss : overtake;
    if (this.#told.has(type)) return;
    const known = isRead ? [...this.#shown.get(earlier)!.keys()] : [element[earlier]!];
    for (const one of known) {
      if (kind[later] === APPEND && one === element[later] && (!isRead || orders.ambiguous > 0)) continue;
      const witness = kind[later] === APPEND ? this.#overtakes(element[later]!, one) : later;
      if (witness === undefined || (kind[later] === READ && this.#shown.get(later)!.has(one))) continue;
      this.#told.add(type);
      this.#tell(this.#material, type, earlier, later, isRead ? one : undefined, witness);
      return;
    }
  }

  /** A read that shows the appended element before the other one, or without it, or as that very one. */
  #overtakes(appended: number, other: number): number | undefined {
    for (const [read, places] of this.#shown) {
      const at = places.get(appended);
      if (at !== undefined && at <= (places.get(other) ?? Number.POSITIVE_INFINITY)) return read;
    }
    return undefined;
  }
}
