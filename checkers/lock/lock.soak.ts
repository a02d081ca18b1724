/** `node checkers/lock/lock.soak.ts [histories] [longOnes]`: the checker against its definition, each anomaly in long histories, its cost. */
import { soak } from '../testing/soak.ts';
import { eventOf } from '../testing/written-history.ts';
import { definition, injections, longRun } from './testing/cases.ts';

let n = 0;
const good = soak(
  { definition, injections, long: (rng, operations, emit) => longRun(rng, operations, (event) => emit(eventOf(event, n++))) },
  process.argv.slice(2),
);
if (!good) process.exitCode = 1;
