/**
 * The versions of registers: each value of a key is one, nil is the first. Who wrote it, and which transactions took effect.
 * O(micro-operations).
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { ask } from '../../verdict/exhausted.ts';
import { ElementTable } from '../list-append/element-table.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { NIL, type Transactions, WRITE } from '../transactions/columns.ts';

/** In place of a writer: nobody, several that may have, and the initial state. */
export const NOBODY = -1;
export const SEVERAL = -2;
export const INITIAL = -3;

export interface Versions {
  /** Versions of key k: `first[k] .. first[k + 1]`; the first of them is nil. */
  readonly first: Int32Array;
  readonly element: Int32Array;
  /** The write that made it, or NOBODY, SEVERAL, INITIAL. One that failed only where no other could have. */
  readonly writer: Int32Array;
  /** The version that an operation reads or writes; -1 for reads of transactions that are not acknowledged. */
  readonly of: Int32Array;
  /** 1 for writes that are their transaction's last ones on their key. */
  readonly final: Uint8Array;
  /** Whether transaction t took effect: acknowledged, or unknown and observed. */
  readonly committed: Uint8Array;
  /** Versions that several transactions may have written, and writes of nil. */
  readonly ambiguous: number;
  /** Acknowledged reads of such versions. */
  readonly ambiguousReads: number;
}

/** Throws BudgetExhausted. */
export function findVersions(transactions: Transactions, byKey: ByKey, budget: Budget): Versions {
  const { keyCount, opCount, count, outcome, owner } = transactions;
  const table = new ElementTable();
  const first = new Int32Array(keyCount + 1);
  const element = new Int32Array(keyCount + byKey.writes.length + byKey.reads.length);
  const writer = new Int32Array(element.length).fill(NOBODY);
  const of = new Int32Array(opCount).fill(-1);
  const committed = new Uint8Array(count);
  for (let t = 0; t < count; t++) committed[t] = outcome[t] === OK ? 1 : 0;
  let versions = 0;
  let ambiguous = 0;
  let ambiguousReads = 0;
  for (let k = 0; k < keyCount; k++) {
    if ((k & 0x3ff) === 0) ask(budget, opCount * 5 + element.length * 8);
    const writes = byKey.writes.subarray(byKey.writeStart[k], byKey.writeStart[k + 1]);
    const reads = byKey.reads.subarray(byKey.readStart[k], byKey.readStart[k + 1]);
    table.clear(writes.length + reads.length + 1);
    const number = (id: number): number => {
      const slot = table.slot(id);
      if (table.place[slot]! < 0) {
        element[versions] = id;
        table.place[slot] = versions++;
      }
      return table.place[slot]!;
    };
    writer[number(NIL)] = INITIAL;
    for (const op of writes) {
      const version = number(transactions.element[op]!);
      of[op] = version;
      const known = writer[version]!;
      const fails = outcome[owner[op]!] === FAIL;
      if (known === NOBODY) writer[version] = op;
      else if (!fails && known >= 0 && outcome[owner[known]!] === FAIL) writer[version] = op;
      else if (!fails && known !== SEVERAL) {
        ambiguous++;
        writer[version] = SEVERAL;
      }
    }
    for (const op of reads) {
      of[op] = number(transactions.element[op]!);
      const by = writer[of[op]!]!;
      if (by === SEVERAL) ambiguousReads++;
      if (by >= 0 && outcome[owner[by]!] !== FAIL) committed[owner[by]!] = 1;
    }
    first[k + 1] = versions;
  }
  return { first, element, writer, of, final: finalWrites(transactions), committed, ambiguous, ambiguousReads };
}

function finalWrites({ opCount, kind, previous }: Transactions): Uint8Array {
  const final = new Uint8Array(opCount).fill(1);
  for (let op = 0; op < opCount; op++) {
    if (kind[op] !== WRITE) continue;
    for (let before = previous[op]!; before >= 0; before = previous[before]!) if (kind[before] === WRITE) final[before] = 0;
  }
  return final;
}
