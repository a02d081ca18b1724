/** What can be chosen of PostgreSQL. */
import { z } from 'zod';

export const postgresOptions = z.strictObject({
  isolation: z
    .enum(['read-committed', 'repeatable-read', 'serializable'])
    .default('serializable')
    .describe(
      'The level that transactions ask for. PostgreSQL documents read-committed as PL-2, repeatable-read as snapshot isolation, serializable as serializable; none of them strict.',
    ),
  replication: z
    .enum(['async', 'any-1', 'sync', 'remote-apply'])
    .default('async')
    .describe(
      'What a commit waits for where there is more than one node: async: for no standby; any-1: for one of them, ANY 1 (…); sync: for all of them to have it on disk; remote-apply: for all of them to show it to readers',
    ),
  reads: z
    .enum(['primary', 'standby'])
    .default('primary')
    .describe('Whom the workloads register and set read from: the primary, or one standby, the same for all clients'),
});

export type PostgresOptions = z.output<typeof postgresOptions>;

/** The strongest model that PostgreSQL's documentation promises of each level ("Transaction Isolation"). */
export const DOCUMENTED: Readonly<Record<PostgresOptions['isolation'], string>> = {
  'read-committed': 'read-committed',
  'repeatable-read': 'snapshot-isolation',
  serializable: 'serializable',
};
