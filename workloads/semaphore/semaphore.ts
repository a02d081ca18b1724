/** The workload `semaphore`: permits of counting semaphores taken and given back, judged for linearizability. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { PERMITS } from '../operations/semaphore.ts';
import { SemaphoreGenerator } from './semaphore-generator.ts';

const options = z.strictObject({
  semaphores: z.int().min(1).max(1024).default(3).describe(`How many semaphores are active at a time, each of ${PERMITS} permits.`),
  opsPerKey: z.int().min(4).max(1_000_000).default(200).describe('After so many operations a semaphore is left for a fresh one.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type SemaphoreOptions = z.infer<typeof options>;

/** See the head of the file. */
export const semaphore: Workload<SemaphoreOptions> = {
  name: 'semaphore',
  summary: 'takes permits of semaphores and gives them back; never are more held than there are, nor refused that are free',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'acquire', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'release', effect: 'once', deadline: ms(deadlineMs) },
  ],
  generator: ({ semaphores, opsPerKey }) => new SemaphoreGenerator({ semaphores, opsPerKey }),
  checks: () => [checkerRef('linearizable', { model: 'semaphore', init: PERMITS }), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
