/** Final reads of transactions: every key that may have been written, so that nothing acknowledged stays unseen. */
import type { Invocation, Value } from '../../harness/contracts/index.ts';
import type { TransactionMix } from './transaction-generator.ts';

/** Keys a transaction. */
const AT_A_TIME = 8;

/** Beside what is to be expected, for chance. */
const MARGIN = 1.1;

/** How many keys so many drawn transactions have taken, and hardly ever more. */
export function keysTakenBy(transactions: number, { keys, writesPerKey, minOps, maxOps, readShare }: Omit<TransactionMix, 'write' | 'readsFirst'>): number {
  const writes = transactions * ((minOps + maxOps) / 2) * (1 - readShare);
  return 2 * keys + Math.ceil((MARGIN * writes) / writesPerKey);
}

/** Reads of the keys 0 … keys - 1; one that nobody came to write reads empty. */
export function finalReads(keys: number): Invocation[] {
  const reads = Array.from({ length: keys }, (_, key): Value => ['r', key, null]);
  return Array.from({ length: Math.ceil(keys / AT_A_TIME) }, (_, i) => ({ f: 'txn', value: reads.slice(i * AT_A_TIME, (i + 1) * AT_A_TIME) }));
}
