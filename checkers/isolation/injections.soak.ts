/**
 * `node checkers/isolation/injections.soak.ts [histories] [transactions] [seed] [lists|rows]`: each anomaly once in each valid
 * history, at a random place: how often each was found, by its exact name, with nothing else beside. Exit 1 if not always.
 */
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { countInjected, expectedCounts, INJECTIONS } from './testing/injections.ts';
import { countInjectedInRows, ROW_INJECTIONS } from './testing/row-injections.ts';

const histories = Number(process.argv[2] ?? 100);
const transactions = Number(process.argv[3] ?? 100_000);
const seed = process.argv[4] ?? freshSeed();
const only = process.argv[5];
const lists = Object.values(INJECTIONS);
const rows = Object.values(ROW_INJECTIONS);
const kinds = [
  { kind: 'lists', all: lists, count: (i: number) => countInjected(createRng(seed).fork(i), transactions, lists) },
  { kind: 'rows', all: rows, count: (i: number) => countInjectedInRows(createRng(seed).fork(i), transactions, rows) },
];
console.log(`seed ${seed}`);
for (const { kind, all, count } of kinds.filter((one) => only === undefined || one.kind === only)) {
  const expected = expectedCounts(all);
  const exact = new Map([...expected.keys()].sort().map((type) => [type, 0]));
  let foreign = 0;
  for (let i = 0; i < histories; i++) {
    const found = count(i);
    for (const [type, times] of expected) if (found.get(type) === times) exact.set(type, exact.get(type)! + 1);
    for (const type of found.keys()) if (!expected.has(type)) foreign++;
  }
  console.log(`${kind}: ${histories} histories of ${transactions} transactions, ${all.length} injections in each; other anomalies found: ${foreign}`);
  for (const [type, times] of exact) console.log(`${type.padEnd(24)} ${times} of ${histories}`);
  if (foreign > 0 || [...exact.values()].some((times) => times !== histories)) process.exitCode = 1;
}
