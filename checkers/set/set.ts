/**
 * The checker `set`: elements are only ever added; each read returns them all. Per element it finds lost, divergent,
 * stale, resurrected, vanished, duplicated, unexpected and failed-but-visible ones (after Jepsen's set-full, with lost
 * decided by the final reads alone). With linearizable reads it is complete. O(total size of the distinct reads), plus
 * O(elements) for each read that misses one.
 */
import { z } from 'zod';
import type { Budget, Checker, History, Result } from '../../harness/contracts/index.ts';
import { checkMembership } from '../membership/check.ts';

const options = z.strictObject({
  reads: z
    .enum(['linearizable', 'eventual'])
    .default('linearizable')
    .describe(
      'What the system promises of reads: with linearizable, a read that misses an acknowledged element convicts; with eventual, only the final reads do.',
    ),
  add: z.string().default('add').describe('The name of the operation that adds an element.'),
  read: z.string().default('read').describe('The name of the operation that reads them all.'),
});

export type SetCheckOptions = z.infer<typeof options>;

/** See the head of the file. */
export const set: Checker<SetCheckOptions> = {
  name: 'set',
  summary: 'Every acknowledged element of a set is still there: none lost, stale, resurrected, duplicated or unexpected.',
  options,
  check(history: History, { reads, add, read }: SetCheckOptions, budget: Budget): Result {
    const types = { copies: 'duplicated', unexpected: 'unexpected' };
    const terms = { noun: 'element', done: 'added', copies: 'one', types } as const;
    return checkMembership(history, { checker: 'set', names: { add, read }, model: reads, terms }, budget);
  },
};
