/**
 * The workload `lock`: clients take locks with leases, read the resource behind a lock, and write what is based on what they
 * read. Some of them stall for longer than their lease, as a process does that is paused, and then go on as if nothing had
 * happened. What the resource accepted is judged, not what holders believe (rule 28).
 */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import type { LockOperation } from '../operations/lock.ts';
import { LockGenerator } from './lock-generator.ts';

const options = z.strictObject({
  fencing: z
    .boolean()
    .default(false)
    .describe('Guard each write by the fencing token: the resource refuses it, in the same step, when that lock is held no longer.'),
  locks: z.int().min(1).max(1024).default(5).describe('How many locks there are, each with a resource of its own.'),
  leaseMs: z.int().min(1).default(1_000).describe('For how long a lock is granted (ms). Nobody renews it. A system may grant more: etcd counts whole seconds.'),
  holdMs: z.int().min(0).default(100).describe('A holder takes up to so long between its read and its write (ms).'),
  stallShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('The share of holders that stall between their read and their write, for one to three leases, and then go on.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type LockOptions = z.infer<typeof options>;

/** See the head of the file. */
export const lock: Workload<LockOptions> = {
  name: 'lock',
  summary: 'takes locks with leases and updates what they protect, also after stalls; no update may be lost',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'acquire', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
    { f: 'update', effect: 'idempotent', deadline: ms(deadlineMs) },
    { f: 'release', effect: 'idempotent', deadline: ms(deadlineMs) },
  ],
  generator: ({ fencing, ...mix }) => new LockGenerator({ ...mix, write: fencing ? 'fenced' : 'plain' }),
  final: ({ locks }) => Array.from({ length: locks }, (_, key): LockOperation => ({ f: 'read', key, value: null })),
  checks: ({ stallShare }) => [
    checkerRef('lock', { lateUpdates: stallShare > 0 ? 'expected' : 'not-expected' }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};
