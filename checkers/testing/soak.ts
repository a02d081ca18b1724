/** What every soak of such a checker does: its definition, anomalies put into long histories, its cost to a million operations. */
import type { Event, Rng } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { compareWithDefinition, type Definition } from './against-definition.ts';
import { findInjected, type Injections } from './find-injected.ts';

export interface Soak<O> {
  readonly definition: Definition<O>;
  readonly injections: Injections<O>;
  /** Emits a right history of so many operations. */
  long(rng: Rng, operations: number, emit: (event: Omit<Event, 'index'>) => void): void;
}

/** `arguments`: how many random histories, how many long ones of each anomaly (ten in each). Prints; gives whether all went well. */
export function soak<O>({ definition, injections, long }: Soak<O>, [histories = '100000', longOnes = '10']: readonly string[]): boolean {
  const seed = freshSeed();
  const compared = compareWithDefinition(definition, Number(histories), seed);
  console.log(
    `seed ${seed}: ${compared.histories} random histories, ${compared.convicted} convicted, ${compared.mismatches.length} mismatches with the definition`,
  );
  for (const mismatch of compared.mismatches.slice(0, 5)) console.log(mismatch);
  const request = { seed, histories: Number(longOnes), operations: 100_000, times: 10, onType: (line: string) => console.log(line) };
  const wrong = findInjected(injections, request);
  for (const operations of [10_000, 100_000, 1_000_000]) {
    const builder = new HistoryBuilder({ capacity: 2 * operations });
    long(createRng(seed), operations, (event) => builder.append(event));
    const history = builder.build();
    const before = process.cpuUsage();
    const { valid } = injections.checker.check(history, injections.options, UNLIMITED);
    const { user, system } = process.cpuUsage(before);
    console.log(`${operations} operations: valid ${valid}, ${((user + system) / 1000).toFixed(0)} ms CPU`);
  }
  return compared.mismatches.length === 0 && wrong === 0;
}
