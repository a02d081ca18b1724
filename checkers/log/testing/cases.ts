/** The definition of `log` with histories to compare on, and long histories with anomalies in them. */
import type { Definition } from '../../testing/against-definition.ts';
import type { Injections } from '../../testing/find-injected.ts';
import type { LogAnomaly } from '../findings.ts';
import { type LogCheckOptions, log } from '../log.ts';
import { INJECTIONS, injected } from './injections.ts';
import { naiveLogAnomalies } from './naive.ts';
import { randomLog } from './random-log.ts';

export const definition: Definition<LogCheckOptions> = {
  checker: log,
  random: (rng) => randomLog(rng, 10),
  // senders interleave, and every process of these histories reads on its own
  excused: ['int-send-skip', 'consumed-twice'],
  options: (n) => ({
    allow: n % 4 === 0 ? [] : ['int-send-skip'],
    rebalances: n % 2 === 0 ? 'any-time' : 'recorded',
    group: n % 3 === 0 ? 'exactly-once' : 'at-least-once',
    caughtUpAfter: 1 + (n % 3),
  }),
  naive: naiveLogAnomalies,
  line({ type }, data) {
    const { key, value, offset } = data;
    if (type === 'torn-transaction') return `${type} ${data['invoke']}`;
    if (type === 'precommitted-read') return `${type} ${data['at']}`;
    if (type === 'inconsistent-offsets' || type === 'consumed-twice') return `${type} ${key} ${offset}`;
    if (type.endsWith('-send') || type === 'int-send-skip') return `${type} ${key} ${data['earlierValue']} ${value}`;
    if (type.includes('poll')) return `${type} ${key} ${data['before']}@${data['beforeOffset']} ${data['after']}@${data['afterOffset']}`;
    return `${type} ${key} ${value}`;
  },
};

export const injections: Injections<LogCheckOptions> = {
  checker: log,
  options: log.options.parse({ allow: [], group: 'exactly-once' }),
  types: Object.keys(INJECTIONS),
  build: (rng, operations, times, type) => injected(rng, operations, times, type as LogAnomaly | undefined),
};
