/** Real MariaDB with Galera. */
export type { GaleraOptions } from './options.ts';
export { galera } from './system.ts';
