/** What a test says of a service of the user's own: what can be written down in a run's file. */
import { z } from 'zod';

const statusRule = z.enum(['ok', 'fail', 'info']);

export const httpServiceOptions = z.strictObject({
  start: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe('The command that starts it: words between spaces, or a list. {host}, {port}, {node}, {data} and {ledger} are filled in.'),
  folder: z.string().optional().describe('Where it is started. Default: where ordeal is.'),
  env: z.record(z.string(), z.string()).default({}).describe('Environment variables besides HOST, PORT and ORDEAL_….'),
  health: z.string().startsWith('/').default('/').describe('A path that answers with a status of 200 to 299 once the service can work.'),
  idle: z.string().startsWith('/').optional().describe('A path that does so when nothing is left to do in the background. Default: `health`.'),
  port: z.int().min(1).max(65_535).default(8_080).describe('What PORT says, and where the service then listens, on the address in HOST.'),
  noticeMs: z
    .number()
    .positive()
    .default(1_000)
    .describe('How long it takes, at most, to notice that something is wrong (its own time-outs): windows of faults are longer.'),
  statuses: z
    .record(z.string().regex(/^[1-5](\d\d|xx)$/, 'a status ("409") or a class of them ("5xx")'), statusRule)
    .default({})
    .describe(
      'What a status means: ok (done), fail (certainly not done) or info (unknown). Default: 2xx ok; 4xx fail, but 408 and 499 info; everything else info.',
    ),
  sink: z
    .enum(['keyed', 'plain'])
    .default('keyed')
    .describe('What stands for the outside world: keyed applies an idempotency key once; plain applies whatever arrives.'),
  ledger: z
    .strictObject({
      variable: z.string().default('ORDEAL_LEDGER_URL').describe('The environment variable by which the service is told where the outside world is.'),
      intent: z
        .string()
        .default('intent')
        .describe('Where a request to the outside world says which request of a client it serves: a field of its body (`metadata.order`), or else a header.'),
      key: z.string().default('idempotency-key').describe('The header with the idempotency key; or else a field of the body.'),
      effects: z
        .string()
        .startsWith('/')
        .default('/')
        .describe('Requests to paths that begin so, other than GET, are effects; the others are answered and not counted.'),
      answer: z.record(z.string(), z.json()).default({}).describe('What it answers besides its receipt.'),
    })
    .prefault({}),
});

export type HttpServiceOptions = z.infer<typeof httpServiceOptions>;
