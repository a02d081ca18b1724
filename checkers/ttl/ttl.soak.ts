/** `node checkers/ttl/ttl.soak.ts [histories] [longOnes]`: the checker against its definition, each anomaly in long histories, its cost. */

import type { Ns } from '../../harness/contracts/index.ts';
import { soak } from '../testing/soak.ts';
import { eventOf } from '../testing/written-history.ts';
import { definition, injections, longRun } from './testing/cases.ts';

const good = soak(
  {
    definition,
    injections,
    long: (rng, operations, emit) => longRun(rng, operations, (event) => emit({ ...eventOf(event, 0), time: (event[4]!.at! * 1_000_000) as Ns })),
  },
  process.argv.slice(2),
);
if (!good) process.exitCode = 1;
