/**
 * `node checkers/isolation/injections.soak.ts [histories] [transactions] [seed]`: each anomaly once in each valid history, at a
 * random place: how often each was found, by its exact name, with nothing else beside. Exit 1 if not always.
 */
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { countInjected, expectedCounts, INJECTIONS } from './testing/injections.ts';

const histories = Number(process.argv[2] ?? 100);
const transactions = Number(process.argv[3] ?? 100_000);
const seed = process.argv[4] ?? freshSeed();
const all = Object.values(INJECTIONS);
const expected = expectedCounts(all);
const exact = new Map([...expected.keys()].sort().map((type) => [type, 0]));
let foreign = 0;
for (let i = 0; i < histories; i++) {
  const found = countInjected(createRng(seed).fork(i), transactions, all);
  for (const [type, count] of expected) if (found.get(type) === count) exact.set(type, exact.get(type)! + 1);
  for (const type of found.keys()) if (!expected.has(type)) foreign++;
}
console.log(`seed ${seed}; ${histories} histories of ${transactions} transactions, ${all.length} injections in each; other anomalies found: ${foreign}`);
for (const [type, count] of exact) console.log(`${type.padEnd(24)} ${count} of ${histories}`);
process.exitCode = foreign === 0 && [...exact.values()].every((count) => count === histories) ? 0 : 1;
