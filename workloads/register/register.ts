/** The workload `register`: reads, writes and compare-and-sets of registers under keys, judged for linearizability. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload, WorkloadContext } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { RegisterGenerator } from './register-generator.ts';

/** So many of the first keys are read at the end. */
const FINAL_KEYS = 8;

const options = z.strictObject({
  keys: z.int().min(1).max(1024).optional().describe('How many keys are active at a time (default: half as many as there are clients, at least 4).'),
  opsPerKey: z.int().min(4).max(1_000_000).default(200).describe('After so many operations a key is left for a fresh one.'),
  readShare: z.number().min(0).max(1).default(0.4).describe('The share of reads.'),
  casShare: z.number().min(0).max(1).default(0.3).describe('The share of compare-and-sets; what is left are writes.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type RegisterOptions = z.infer<typeof options>;

function activeKeys({ keys }: RegisterOptions, { concurrency }: WorkloadContext): number {
  return keys ?? Math.min(1024, Math.max(4, Math.ceil(concurrency / 2)));
}

/** See the head of the file. */
export const register: Workload<RegisterOptions> = {
  name: 'register',
  summary: 'reads, writes and compare-and-sets of registers; every read must see what linearizability demands',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
    { f: 'write', effect: 'idempotent', deadline: ms(deadlineMs) },
    { f: 'cas', effect: 'once', deadline: ms(deadlineMs) },
  ],
  generator: (opts, context) => RegisterGenerator.of({ ...opts, keys: activeKeys(opts, context) }),
  final: (opts, context) => Array.from({ length: Math.min(FINAL_KEYS, activeKeys(opts, context)) }, (_, key) => ({ f: 'read', key, value: null })),
  checks: () => [
    checkerRef('linearizable', { model: 'cas-register', init: null }),
    checkerRef('stats', { cas: 'cas', contention: 'per-key' }),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};
