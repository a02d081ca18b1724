/** `node checkers/side-effects/side-effects.soak.ts N`: the checker against its definition, and its cost to a million requests. */

import type { Ns } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { sideEffects } from './side-effects.ts';
import { compareWithNaive } from './testing/compare.ts';

const { histories, convicted, mismatches } = compareWithNaive(Number(process.argv[2] ?? 100_000), 1);
console.log(`${histories} random histories, ${convicted} convicted, ${mismatches.length} mismatches with the definition`);
for (const mismatch of mismatches.slice(0, 5)) console.log(mismatch);

for (const requests of [10_000, 100_000, 1_000_000]) {
  const builder = new HistoryBuilder({ operations: [] });
  for (let key = 0; key < requests; key++) {
    const time = key as Ns;
    builder.append({ process: key % 10, type: 'invoke', f: 'request', key, value: null, time });
    builder.append({ process: 'observer:ledger', type: 'info', f: 'effect', key, value: null, time });
    builder.append({ process: key % 10, type: 'ok', f: 'request', key, value: null, time });
  }
  builder.append({ process: 'observer:ledger', type: 'info', f: 'complete', value: 'plain', time: requests as Ns });
  const history = builder.build();
  const before = process.cpuUsage();
  const { valid } = sideEffects.check(history, sideEffects.options.parse({}), UNLIMITED);
  const { user, system } = process.cpuUsage(before);
  console.log(`${requests} requests: valid ${valid}, ${((user + system) / 1000).toFixed(0)} ms CPU`);
}
if (mismatches.length > 0) process.exitCode = 1;
