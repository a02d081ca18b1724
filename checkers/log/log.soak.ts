/**
 * `node checkers/log/log.soak.ts [histories] [longOnes]`: the checker against its definition, each anomaly ten times in each of
 * so many long histories, and its cost to a million operations.
 */
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { eventOf } from '../testing/written-history.ts';
import { log } from './log.ts';
import { compareWithNaive } from './testing/compare.ts';
import { findInjected } from './testing/find-injected.ts';
import { LongLog } from './testing/long-log.ts';

const seed = freshSeed();
const { histories, convicted, mismatches } = compareWithNaive(Number(process.argv[2] ?? 100_000), seed);
console.log(`seed ${seed}: ${histories} random histories, ${convicted} convicted, ${mismatches.length} mismatches with the definition`);
for (const mismatch of mismatches.slice(0, 5)) console.log(mismatch);

const longOnes = Number(process.argv[3] ?? 10);
const missed = findInjected({ seed, histories: longOnes, operations: 100_000, times: 10, onType: (line) => console.log(line) });

for (const operations of [10_000, 100_000, 1_000_000]) {
  const builder = new HistoryBuilder({ capacity: 2 * operations });
  let n = 0;
  const long = new LongLog(createRng(seed), (event) => builder.append(eventOf(event, n++)));
  long.run(operations);
  long.final();
  const history = builder.build();
  const before = process.cpuUsage();
  const { valid } = log.check(history, log.options.parse({}), UNLIMITED);
  const { user, system } = process.cpuUsage(before);
  console.log(`${operations} operations: valid ${valid}, ${((user + system) / 1000).toFixed(0)} ms CPU`);
}
if (mismatches.length > 0 || missed > 0) process.exitCode = 1;
