/** `node checkers/queue/total-queue.soak.ts N`: the checker against its definition, and its cost to a million operations. */
import type { Ns } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { compareWithNaive } from './testing/compare.ts';
import { totalQueue } from './total-queue.ts';

const { histories, valid, convicted, types, mismatches } = compareWithNaive(Number(process.argv[2] ?? 100_000), 1);
console.log(`${histories} random histories, ${convicted} convicted, ${valid} valid, ${mismatches.length} mismatches with the definition`);
console.log(JSON.stringify(types));
for (const mismatch of mismatches.slice(0, 5)) console.log(mismatch);

for (const operations of [10_000, 100_000, 1_000_000]) {
  const builder = new HistoryBuilder({ operations: [] });
  let time = 0;
  const add = (process: number, type: 'invoke' | 'ok', f: string, value: number | null | readonly number[]): void => {
    builder.append({ process, type, f, value, time: time++ as Ns });
  };
  // two are enqueued, one is taken; the rest is drained
  const taken = Math.floor(operations / 3);
  for (let n = 0; n < taken; n++) {
    for (const message of [2 * n, 2 * n + 1]) {
      add(message % 10, 'invoke', 'enqueue', message);
      add(message % 10, 'ok', 'enqueue', message);
    }
    add(10 + (n % 10), 'invoke', 'dequeue', null);
    add(10 + (n % 10), 'ok', 'dequeue', n);
  }
  add(20, 'invoke', 'drain', null);
  add(
    20,
    'ok',
    'drain',
    Array.from({ length: taken }, (_, n) => taken + n),
  );
  const history = builder.build();
  const before = process.cpuUsage();
  const result = totalQueue.check(history, totalQueue.options.parse({ order: 'fifo' }), UNLIMITED);
  const { user, system } = process.cpuUsage(before);
  console.log(`${operations} operations: valid ${result.valid}, ${((user + system) / 1000).toFixed(0)} ms CPU`);
}
if (mismatches.length > 0) process.exitCode = 1;
