/** What can be chosen of RabbitMQ. */
import { z } from 'zod';

export const rabbitmqOptions = z.strictObject({
  queue: z
    .enum(['mirrored', 'quorum'])
    .default('quorum')
    .describe('mirrored: a classic queue with a mirror on every node (policy ha-mode: all); quorum: a replicated log (Raft) with a member on every node'),
  partitionHandling: z
    .enum(['autoheal', 'pause-minority', 'ignore'])
    .default('autoheal')
    .describe('What nodes do when they lose sight of each other (cluster_partition_handling); quorum queues do not depend on it.'),
  netTickS: z.int().min(2).default(4).describe("Erlang's net_ticktime, in s: a node that is silent for so long, or a quarter longer, is taken for gone"),
});

export type RabbitmqOptions = z.output<typeof rabbitmqOptions>;

/** The names of the way partitions are handled, as the configuration file has them. */
export const PARTITION_HANDLING: Readonly<Record<RabbitmqOptions['partitionHandling'], string>> = {
  autoheal: 'autoheal',
  'pause-minority': 'pause_minority',
  ignore: 'ignore',
};
