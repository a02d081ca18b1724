/** What can be chosen of rqlite. */
import { z } from 'zod';

export const rqliteOptions = z.strictObject({
  reads: z
    .enum(['none', 'weak', 'linearizable', 'strong'])
    .default('strong')
    .describe(
      'none: from the node asked, which may be stale; weak: from whoever takes itself for the leader; linearizable: confirmed by a majority (rqlite 8.32 and newer, older ones take it for weak); strong: through the log',
    ),
  heartbeatMs: z.int().min(100).default(1_000).describe("rqlite's -raft-timeout, in ms: how long followers wait for the leader's heartbeat"),
  electionMs: z.int().min(100).default(1_000).describe("rqlite's -raft-election-timeout, in ms"),
});

export type RqliteOptions = z.output<typeof rqliteOptions>;
