/** Real Redis. */
export { type RedisOptions, redisOptions } from './options.ts';
export { redis } from './system.ts';
