/** `node checkers/isolation/isolation.soak.ts [cases] [seed] [lists|registers|rows]`: the checker against the oracle, at length. */
import { freshSeed } from '../../harness/random/seed.ts';
import { fuzzLists, fuzzRegisters } from './testing/against-oracle.ts';
import { fuzzRows } from './testing/rows-against-oracle.ts';

const cases = Number(process.argv[2] ?? 1_000_000);
const seed = process.argv[3] ?? freshSeed();
const only = process.argv[4];
console.log(`seed ${seed}`);
// Oracles of rows try more: a tenth of the histories each.
const kinds = [
  ['lists', fuzzLists, cases / 6],
  ['registers', fuzzRegisters, cases / 6],
  ['rows', fuzzRows, cases / 60],
] as const;
for (const [name, fuzz, each] of kinds.filter(([kind]) => only === undefined || kind === only))
  for (const most of [3, 4, 5]) {
    const { valid, invalid, unknown, certificates } = fuzz(each, `${seed} ${most}`, most);
    console.log(
      `${name}, up to ${most} transactions: ${Math.floor(each)} histories, ${valid} models hold, ${invalid} do not, ${unknown} unknown, no disagreement with the oracle; ${certificates} certificates hold`,
    );
  }
