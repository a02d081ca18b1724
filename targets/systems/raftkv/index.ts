/** raftkv, the embedded Raft key-value store. */
export { BUG_NAMES, BUGS, type BugName } from './bugs.ts';
export { type RaftkvOptions, raftkvOptions } from './options.ts';
export { raftkvProgram } from './program.ts';
export { raftkv } from './system.ts';
