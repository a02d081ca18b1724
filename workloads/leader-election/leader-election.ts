/** The workload `leader-election`: clients want to lead, and ask who does; no term may have two leaders. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { ElectionOperation } from '../operations/election.ts';

const options = z.strictObject({
  elections: z.int().min(1).max(1024).default(3).describe('How many elections there are.'),
  leaseMs: z.int().min(1).default(1_000).describe('For how long a leader leads at most (ms). A system may let it lead longer: etcd counts whole seconds.'),
  inspectShare: z.number().min(0).max(1).default(0.5).describe('The share of operations that ask who leads; the others want to.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type LeaderElectionOptions = z.infer<typeof options>;

/** Draws of shares decide with this resolution. */
const RESOLUTION = 1 << 20;

/** See the head of the file. */
export const leaderElection: Workload<LeaderElectionOptions> = {
  name: 'leader-election',
  summary: 'elects leaders and asks who leads; no term may have two leaders',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'elect', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'inspect', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ elections, leaseMs, inspectShare }) =>
    new NumberedOperations((n, below): ElectionOperation => {
      const key = below(elections);
      if (below(RESOLUTION) < inspectShare * RESOLUTION) return { f: 'inspect', key, value: null };
      return { f: 'elect', key, value: { leader: n, lease: leaseMs } };
    }),
  checks: () => [checkerRef('linearizable', { model: 'leader-election' }), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
