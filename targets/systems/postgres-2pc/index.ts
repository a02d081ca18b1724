/** PostgreSQL servers under a coordinator of transactions over all of them. */
export type { TwoPhaseCommitSystemOptions } from './options.ts';
export { postgresTwoPhaseCommit } from './system.ts';
