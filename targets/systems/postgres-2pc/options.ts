/** What can be chosen of the coordinator. */
import { z } from 'zod';

export const twoPhaseCommitSystemOptions = z.strictObject({
  coordinator: z
    .enum(['logged', 'forgetful', 'no-recovery'])
    .default('logged')
    .describe(
      'What a coordinator knows after a restart. logged: the commits that it had decided on, and it finishes what is prepared by them; forgetful (a mistake): nothing, and it rolls back whatever is prepared; no-recovery (a mistake): nothing, and it leaves what is prepared alone',
    ),
});

export type TwoPhaseCommitSystemOptions = z.output<typeof twoPhaseCommitSystemOptions>;
