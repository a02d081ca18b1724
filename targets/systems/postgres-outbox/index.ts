/** A service on PostgreSQL that has an effect in the outside world for each order it stores. */
export type { OutboxOptions } from './options.ts';
export { postgresOutbox } from './system.ts';
