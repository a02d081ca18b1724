/** What can be chosen of PostgreSQL. */
import { z } from 'zod';

export const postgresOptions = z.strictObject({
  isolation: z
    .enum(['read-committed', 'repeatable-read', 'serializable'])
    .default('serializable')
    .describe(
      'The level that transactions ask for. PostgreSQL documents read-committed as PL-2, repeatable-read as snapshot isolation, serializable as serializable; none of them strict.',
    ),
});

export type PostgresOptions = z.output<typeof postgresOptions>;

/** The strongest model that PostgreSQL's documentation promises of each level ("Transaction Isolation"). */
export const DOCUMENTED: Readonly<Record<PostgresOptions['isolation'], string>> = {
  'read-committed': 'read-committed',
  'repeatable-read': 'snapshot-isolation',
  serializable: 'serializable',
};
