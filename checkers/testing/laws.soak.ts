/**
 * `node checkers/testing/laws.soak.ts NAME [random histories] [injected histories]`: a checker against its definition, anomalies
 * put into right histories of 100 000 operations, and its cost to a million. Exit 1 where one was missed or one too many found.
 */
import { freshSeed } from '../../harness/random/seed.ts';
import { compareWithDefinition, injectAnomalies, judgeGood } from './law-trial.ts';
import { LAWS } from './laws.ts';

const [name = '', histories = '100000', injected = '100', seed = freshSeed()] = process.argv.slice(2);
const trial = LAWS[name];
if (trial === undefined) throw new Error(`there is no law "${name}" (there are ${Object.keys(LAWS).join(', ')})`);

const { convicted, unknown, mismatches } = compareWithDefinition(trial, Number(histories), seed);
console.log(`seed ${seed}; ${histories} random histories, ${convicted} convicted, ${unknown} unknown, ${mismatches.length} mismatches with the definition`);
for (const mismatch of mismatches.slice(0, 5)) console.log(mismatch);

const { found, foreign } = injectAnomalies(trial, Number(injected), 100_000, seed);
for (const [type, count] of Object.entries(found)) console.log(`${type.padEnd(26)} found in ${count} of ${injected} histories of 100000 operations`);
console.log(`${foreign.length} anomalies found that were not put there`);
for (const each of foreign.slice(0, 5)) console.log(each);

const cpuMs = (): number => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000;
let accused = 0;
for (const operations of [10_000, 100_000, 1_000_000]) {
  const { result, ms } = judgeGood(trial, operations, cpuMs);
  if (result.valid !== true) accused++;
  console.log(`${operations} operations: valid ${result.valid}, ${ms.toFixed(0)} ms CPU`);
}
const missed = Object.values(found).some((count) => count !== Number(injected));
if (mismatches.length > 0 || foreign.length > 0 || missed || accused > 0) process.exitCode = 1;
