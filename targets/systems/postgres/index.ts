/** Real PostgreSQL. */
export { type PostgresOptions, postgresOptions } from './options.ts';
export { postgres } from './system.ts';
