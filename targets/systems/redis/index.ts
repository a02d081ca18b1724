/** Real Redis, with and without Sentinel. */
export type { RedisOptions, SentinelOptions } from './options.ts';
export { redisSentinel } from './sentinel-system.ts';
export { redis } from './system.ts';
