/** Real rqlite. */
export { type RqliteOptions, rqliteOptions } from './options.ts';
export { rqlite } from './system.ts';
