/** The tests, the same for all coordinators: the coordinator, which is the primary here, is killed again and again. */
import type { OrdealConfig } from 'ordeal';
import { type Act, kill, scenario } from 'ordeal/nemesis';
import { transfers } from 'ordeal/workloads';

/** For four tenths of a second, and then time enough to be back and busy before the next one: an idle coordinator forgets nothing. */
const death = (n: number): readonly Act[] => [
  [`${n * 3500 - 1500}ms`, 'inject', kill({ target: 'primaries' }), `death-${n}`],
  [`${n * 3500 - 1100}ms`, 'heal', `death-${n}`],
];

export const tests: OrdealConfig['tests'] = {
  'coordinator-killed': { workload: transfers(), faults: scenario(...[1, 2, 3].flatMap(death)), timeLimit: '11s', rate: 200, concurrency: 20 },
};
