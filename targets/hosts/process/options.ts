/** The options of the `process` host. */
import { z } from 'zod';
import type { Options } from '../../../harness/contracts/index.ts';

export const processOptionsSchema = z.strictObject({
  work: z.enum(['sleep', 'spin']).default('sleep').describe('what a unit of work of a node program does: take time, or burn a processor'),
  cores: z.int().min(1).default(2).describe('units of work that a node program does at the same time'),
  memory: z
    .int()
    .min(1)
    .default(1 << 30)
    .describe('bytes a node program may hold before it dies'),
  keepData: z.boolean().default(false).describe('leave the data folders of the nodes in the run folder'),
});

export type ProcessOptions = z.infer<typeof processOptionsSchema>;

export const processOptions: Options<ProcessOptions> = processOptionsSchema;
