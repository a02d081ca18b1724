/** The tests, the same for the store as it should be and for the store with its bug. */
import type { OrdealConfig } from 'ordeal';
import { every, kill, partition } from 'ordeal/nemesis';
import { cutStream } from './fault.ts';
import { stock } from './workload.ts';

export const tests: OrdealConfig['tests'] = {
  stock: { workload: stock(), faults: every('4s', cutStream(), partition('isolate-one'), kill('all')), timeLimit: '20s', rate: 200 },
};
