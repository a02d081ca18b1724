/** The tests, the same for all coordinators: the coordinator, which is the primary here, is killed again and again. */
import type { OrdealConfig } from 'ordeal';
import { type Act, kill, scenario } from 'ordeal/nemesis';
import { transfers } from 'ordeal/workloads';

/** For four tenths of a second, and then time enough to be back and busy before the next one: an idle coordinator forgets nothing. */
const death = (n: number): readonly Act[] => [
  [`${n * 3000 - 1000}ms`, 'inject', kill({ target: 'primaries' }), `death-${n}`],
  [`${n * 3000 - 600}ms`, 'heal', `death-${n}`],
];

export const tests: OrdealConfig['tests'] = {
  'coordinator-killed': { workload: transfers(), faults: scenario(...[1, 2, 3, 4, 5, 6].flatMap(death)), timeLimit: '19s', rate: 1000, concurrency: 20 },
};
