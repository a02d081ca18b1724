/** `node checkers/log/log.soak.ts [histories] [longOnes]`: the checker against its definition, each anomaly in long histories, its cost. */
import { soak } from '../testing/soak.ts';
import { eventOf } from '../testing/written-history.ts';
import { definition, injections } from './testing/cases.ts';
import { LongLog } from './testing/long-log.ts';

const good = soak(
  {
    definition,
    injections,
    long(rng, operations, emit) {
      let n = 0;
      const log = new LongLog(rng, (event) => emit(eventOf(event, n++)));
      log.run(operations);
      log.final();
    },
  },
  process.argv.slice(2),
);
if (!good) process.exitCode = 1;
