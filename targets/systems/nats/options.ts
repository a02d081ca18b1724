/** What can be chosen of NATS. */
import { z } from 'zod';

export const natsOptions = z.strictObject({
  replicas: z
    .union([z.literal(1), z.literal(3), z.literal(5)])
    .default(3)
    .describe('How many servers keep the stream; never more than there are nodes'),
});

export type NatsOptions = z.output<typeof natsOptions>;
