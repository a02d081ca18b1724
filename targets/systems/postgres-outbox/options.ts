/** What can be chosen of the service. */
import { z } from 'zod';

export const outboxOptions = z.strictObject({
  delivery: z
    .enum(['outbox', 'after-commit', 'before-commit'])
    .default('outbox')
    .describe(
      'How an order becomes an effect. outbox: a row of the same transaction, which a relay publishes and then marks; after-commit (a mistake): the service remembers it and publishes a moment later; before-commit (a mistake): it publishes, and then stores the order',
    ),
  inbox: z
    .enum(['by-event', 'none'])
    .default('by-event')
    .describe(
      'What the outside world knows repeats by. by-event: the number of the order, which is the idempotency key of its event; none: nothing, so that it applies whatever arrives',
    ),
});

export type OutboxOptions = z.output<typeof outboxOptions>;
