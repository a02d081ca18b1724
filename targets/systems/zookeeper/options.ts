/** What can be chosen of ZooKeeper. */
import { z } from 'zod';

export const zookeeperOptions = z.strictObject({
  reads: z
    .enum(['sync', 'local'])
    .default('sync')
    .describe(
      'sync: a read is preceded by `sync`, which has the node catch up with its leader first; local: a node answers with what it has, as ZooKeeper does by itself',
    ),
});

export type ZookeeperOptions = z.output<typeof zookeeperOptions>;
