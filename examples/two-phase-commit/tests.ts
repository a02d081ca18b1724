/** The tests, the same for all coordinators: the coordinator, which is the primary here, is killed again and again. */
import type { OrdealConfig } from 'ordeal';
import { type Act, kill, scenario } from 'ordeal/nemesis';
import { transfers } from 'ordeal/workloads';

/** Every other second, for four tenths of a second. */
const death = (n: number): readonly Act[] => [
  [`${n * 2000}ms`, 'inject', kill({ target: 'primaries' }), `death-${n}`],
  [`${n * 2000 + 400}ms`, 'heal', `death-${n}`],
];

export const tests: OrdealConfig['tests'] = {
  'coordinator-killed': { workload: transfers(), faults: scenario(...[1, 2, 3, 4, 5, 6].flatMap(death)), timeLimit: '13s', rate: 200 },
};
