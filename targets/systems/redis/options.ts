/** What can be chosen of Redis. */
import { z } from 'zod';

const appendFsync = z
  .enum(['always', 'everysec', 'no'])
  .default('everysec')
  .describe('When the append-only file is synced: always: before a write is acknowledged; everysec: once a second; no: when the kernel likes to');
const minReplicas = z
  .int()
  .min(0)
  .default(0)
  .describe('min-replicas-to-write: a primary that has heard from fewer replicas in the last 2 s (min-replicas-max-lag) refuses writes; 0: never');
const wait = z
  .int()
  .min(0)
  .default(0)
  .describe('Each write is followed by WAIT for so many replicas; what fewer have received within half a second is of unknown outcome, not acknowledged');

export const redisOptions = z.strictObject({
  appendFsync,
  reads: z.enum(['primary', 'replica']).default('primary').describe('Whom reads go to: the primary, or one replica, the same for all clients'),
  minReplicas,
  wait,
});

export type RedisOptions = z.output<typeof redisOptions>;

export const sentinelOptions = z.strictObject({
  appendFsync,
  minReplicas,
  wait,
  downAfterMs: z.int().min(100).default(2_000).describe('down-after-milliseconds: a server that has not answered a sentinel for so long, in ms, is down'),
});

export type SentinelOptions = z.output<typeof sentinelOptions>;

export const clusterOptions = z.strictObject({
  appendFsync,
  minReplicas,
  wait,
  nodeTimeoutMs: z.int().min(200).default(2_000).describe('cluster-node-timeout: a server that the others have not heard for so long, in ms, is failing'),
});

export type ClusterOptions = z.output<typeof clusterOptions>;
