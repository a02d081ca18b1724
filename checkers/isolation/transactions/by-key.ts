/** Micro-operations grouped by key: compressed rows, by counting. O(micro-operations + keys). */
import { OK } from '../../../harness/history/columns.ts';
import { READ, type Transactions } from './columns.ts';

export interface ByKey {
  /** Appends and writes of key k, whatever became of them: `writes[writeStart[k] .. writeStart[k + 1])`, in history order. */
  readonly writeStart: Int32Array;
  readonly writes: Int32Array;
  /** Reads of acknowledged transactions. */
  readonly readStart: Int32Array;
  readonly reads: Int32Array;
}

/** Groups them. */
export function groupByKey(transactions: Transactions): ByKey {
  const { opCount, kind, key, owner, outcome, keyCount } = transactions;
  const writeStart = new Int32Array(keyCount + 1);
  const readStart = new Int32Array(keyCount + 1);
  for (let op = 0; op < opCount; op++) {
    if (kind[op] !== READ) writeStart[key[op]! + 1]!++;
    else if (outcome[owner[op]!] === OK) readStart[key[op]! + 1]!++;
  }
  for (let k = 0; k < keyCount; k++) {
    writeStart[k + 1]! += writeStart[k]!;
    readStart[k + 1]! += readStart[k]!;
  }
  const writes = new Int32Array(writeStart[keyCount]!);
  const reads = new Int32Array(readStart[keyCount]!);
  const nextWrite = writeStart.slice();
  const nextRead = readStart.slice();
  for (let op = 0; op < opCount; op++) {
    const k = key[op]!;
    if (kind[op] !== READ) writes[nextWrite[k]!++] = op;
    else if (outcome[owner[op]!] === OK) reads[nextRead[k]!++] = op;
  }
  return { writeStart, writes, readStart, reads };
}
