/** The options of raftkv: flags, configuration and what a node program is started with come from this one schema. */
import { z } from 'zod';
import { BUG_NAMES } from './bugs.ts';

const millis = (value: number, text: string) => z.number().positive().default(value).describe(`${text} (ms)`);

export const raftkvOptions = z
  .object({
    bug: z.enum(BUG_NAMES).optional().describe('A historical bug to switch on: the omission of one mechanism.'),
    reads: z.enum(['read-index', 'log']).default('read-index').describe('How reads are made linearizable: by a round of heartbeats, or through the log.'),
    heartbeatMs: millis(50, 'How often a leader sends heartbeats'),
    electionMinMs: millis(150, 'The shortest election time-out'),
    electionMaxMs: millis(300, 'The longest election time-out'),
    quorumMs: millis(600, 'A leader that has not heard from a majority for so long steps down'),
    preVote: z.boolean().default(true).describe('Ask whether an election could be won before starting one.'),
    appendLimit: z.int().positive().default(64).describe('Log entries per append message, at most.'),
    attemptMs: millis(200, 'How long a client waits for one attempt before it repeats it, with the same session and number, elsewhere'),
  })
  .refine((options) => options.electionMaxMs > options.electionMinMs && options.electionMinMs > options.heartbeatMs, {
    message: 'heartbeatMs < electionMinMs < electionMaxMs must hold',
  });

export type RaftkvOptions = z.output<typeof raftkvOptions>;

/** What a node program is started with. The life is not for who runs a test to choose: changes of members count it. */
export const raftkvStart = z.intersection(
  raftkvOptions,
  z.object({ life: z.int().positive().default(1).describe('Which life of the node it is: wiped and started again, it is another member.') }),
);

export type RaftkvStart = z.output<typeof raftkvStart>;
