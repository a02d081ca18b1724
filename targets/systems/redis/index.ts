/** Real Redis, with and without Sentinel, and as a cluster. */
export { redisCluster } from './cluster-system.ts';
export type { ClusterOptions, RedisOptions, SentinelOptions } from './options.ts';
export { redisSentinel } from './sentinel-system.ts';
export { redis } from './system.ts';
