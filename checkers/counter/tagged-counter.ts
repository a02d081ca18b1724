/**
 * The checker `counter`: increments that each carry a tag of their own; a read returns the tags applied, with
 * multiplicity. So a duplicate is seen as such and not guessed from a sum (rule 30). Finds lost acknowledged increments,
 * duplicates, phantom tags, failed-but-visible ones and, with linearizable reads, stale ones. Complexity as `set`.
 */
import { z } from 'zod';
import type { Budget, Checker, History, Result } from '../../harness/contracts/index.ts';
import { checkMembership } from '../membership/check.ts';

const options = z.strictObject({
  reads: z
    .enum(['linearizable', 'eventual'])
    .default('linearizable')
    .describe(
      'What the system promises of reads: with linearizable, a read that misses an acknowledged increment convicts; with eventual, only the final reads do.',
    ),
  increment: z.string().default('increment').describe('The name of the operation that increments; its value is the tag.'),
  read: z.string().default('read').describe('The name of the operation that reads all tags.'),
});

export type TaggedCounterOptions = z.infer<typeof options>;

/** See the head of the file. */
export const counter: Checker<TaggedCounterOptions> = {
  name: 'counter',
  summary: 'Every acknowledged increment counts exactly once: none lost, duplicated or from nowhere.',
  options,
  check(history: History, { reads, increment, read }: TaggedCounterOptions, budget: Budget): Result {
    const types = { copies: 'duplicate', unexpected: 'phantom' };
    const terms = { noun: 'increment', done: 'applied', copies: 'attempts', types } as const;
    return checkMembership(history, { checker: 'counter', names: { add: increment, read }, model: reads, terms }, budget);
  },
};
