/** `node checkers/isolation/isolation.soak.ts [cases] [seed]`: the checker against the oracle, at length. */
import { freshSeed } from '../../harness/random/seed.ts';
import { fuzzLists, fuzzRegisters } from './testing/against-oracle.ts';

const cases = Number(process.argv[2] ?? 1_000_000);
const seed = process.argv[3] ?? freshSeed();
console.log(`seed ${seed}`);
for (const [name, fuzz] of [['lists', fuzzLists] as const, ['registers', fuzzRegisters] as const])
  for (const most of [3, 4, 5]) {
    const { valid, invalid, unknown, certificates } = fuzz(cases / 6, `${seed} ${most}`, most);
    console.log(
      `${name}, up to ${most} transactions: ${Math.floor(cases / 6)} histories, ${valid} models hold, ${invalid} do not, ${unknown} unknown, no disagreement with the oracle; ${certificates} certificates hold`,
    );
  }
