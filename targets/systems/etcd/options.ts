/** What can be chosen of etcd. */
import { z } from 'zod';

export const etcdOptions = z.strictObject({
  reads: z
    .enum(['linearizable', 'serializable'])
    .default('linearizable')
    .describe('linearizable: confirmed by a majority; serializable: from the node asked, which may be stale'),
  watchResume: z
    .enum(['next', 'now'])
    .default('next')
    .describe('Where a watch goes on after its connection was lost. next: behind the last revision that came; now (a mistake): at whatever comes next'),
  semaphoreWrites: z
    .enum(['guarded', 'plain'])
    .default('guarded')
    .describe('How permits are taken and given back. guarded: only if nobody else has changed the semaphore meanwhile; plain (a mistake): in any case'),
  heartbeatMs: z.int().positive().default(60).describe("etcd's --heartbeat-interval, in ms"),
  electionMs: z.int().positive().default(600).describe("etcd's --election-timeout, in ms"),
});

export type EtcdOptions = z.output<typeof etcdOptions>;
