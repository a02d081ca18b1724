/** The workload `requests`: everybody asks for things to be done in the outside world; an effect ledger there says what was. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { RequestOperation } from '../operations/requests.ts';

const options = z.strictObject({
  guarantee: z
    .enum(['exactly-once', 'at-most-once', 'at-least-once'])
    .default('exactly-once')
    .describe('How many effects each acknowledged request must have in the outside world.'),
  operations: z.array(z.string()).min(1).default(['request']).describe('The names of what is asked for, by turns; each has its effect in the outside world.'),
  users: z.int().min(1).default(50).describe('How many users the requests are spread over.'),
  amounts: z.int().min(1).default(90).describe('Amounts are drawn from 1 to this.'),
  malformedEvery: z.int().min(0).default(0).describe('One request in so many cannot be carried out; 0: none.'),
  minOkShare: z.number().min(0).max(1).optional().describe('At least this share of the requests must succeed.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type RequestsOptions = z.infer<typeof options>;

/** See the head of the file. */
export const requests: Workload<RequestsOptions> = {
  name: 'requests',
  summary: 'asks for effects in the outside world; its ledger must have each exactly (at most, at least) once',
  options,
  operations: ({ operations, deadlineMs }) => operations.map((f) => ({ f, effect: 'once', deadline: ms(deadlineMs) })),
  generator: ({ operations, users, amounts, malformedEvery }) =>
    new NumberedOperations((n, below): RequestOperation => {
      const body = { user: below(users), amount: 1 + below(amounts) };
      const f = operations[n % operations.length] as string;
      return { f, key: n, value: malformedEvery > 0 && below(malformedEvery) === 0 ? { ...body, malformed: true } : body };
    }),
  checks: ({ operations, guarantee, minOkShare }) => [
    checkerRef('side-effects', { guarantee, request: operations }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability', minOkShare === undefined ? {} : { minOkShare }),
  ],
};
