/** What can be chosen of Galera. */
import { z } from 'zod';

export const galeraOptions = z.strictObject({
  isolation: z
    .enum(['read-committed', 'repeatable-read', 'serializable'])
    .default('serializable')
    .describe(
      'The level that transactions ask for. Judged as read-committed (PL-2), repeatable-read (PL-2.99) and, for serializable, snapshot isolation, which is what Galera promises of transactions on different nodes; none of them strict.',
    ),
  syncWait: z
    .int()
    .min(0)
    .max(15)
    .default(1)
    .describe(
      "wsrep_sync_wait of the clients' sessions, a sum of 1 (reads and BEGIN), 2 (UPDATE and DELETE), 4 (INSERT): what waits until its node has applied all that the group has ordered",
    ),
});

export type GaleraOptions = z.output<typeof galeraOptions>;

/**
 * The strongest model that is documented of each level: MariaDB's own ("SET TRANSACTION") as far as Galera keeps it between
 * nodes, which is no further than snapshot isolation (galeracluster.com, "Isolation Levels").
 */
export const DOCUMENTED: Readonly<Record<GaleraOptions['isolation'], string>> = {
  'read-committed': 'read-committed',
  'repeatable-read': 'repeatable-read',
  serializable: 'snapshot-isolation',
};
