/** The options of the `docker` host. */
import { z } from 'zod';
import type { Options } from '../../../harness/contracts/index.ts';
import { processOptionsSchema } from '../process/options.ts';

const dockerOptionsSchema = processOptionsSchema
  .extend({
    image: z
      .string()
      .min(1)
      .optional()
      .describe('the image that nodes run, by name: it must be at the engine already; made of the very program of the system by default'),
    build: z.string().min(1).optional().describe('a folder with a Dockerfile, of which the image is built'),
  })
  .refine(({ image, build }) => image === undefined || build === undefined, { message: 'either image or build, not both' });

export type DockerOptions = z.infer<typeof dockerOptionsSchema>;

export const dockerOptions: Options<DockerOptions> = dockerOptionsSchema;
