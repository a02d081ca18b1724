/** `results.json`: what a run came to. Versioned; on `sim` the same seed gives the same bytes, so nothing of the real world is in it. */
import { z } from 'zod';
import type { Reason } from '../contracts/index.ts';
import { EXIT, type ExitCode } from '../errors/codes.ts';

export const RESULTS_SCHEMA_VERSION = 1;

const reason = z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() });
const anomaly = z.object({
  type: z.string(),
  ops: z.array(z.int().nonnegative()).min(1).describe('Indices of the events that show it.'),
  sentence: z.string(),
  certificate: z.object({ kind: z.string(), data: z.json() }),
});
const check = z.object({
  checker: z.string(),
  valid: z.union([z.boolean(), z.literal('unknown')]),
  stats: z.json(),
  anomalies: z.array(anomaly).optional(),
  reasons: z.array(reason).optional(),
  undecided: z.array(reason).optional(),
});
const fault = z.object({
  id: z.string(),
  fault: z.string(),
  family: z.string(),
  nodes: z.array(z.string()),
  kinds: z.array(z.string()),
  plannedNs: z.number(),
  appliedNs: z.number().optional(),
  undoneNs: z.number().optional(),
  proven: z.boolean().describe('Observed to bite, from its injection to its healing, by someone other than its injector.'),
  healed: z.boolean().describe('Undone, and seen to be undone.'),
  evidence: z.array(z.string()),
});

/** The schema of `results.json`. */
export const resultsSchema = z.object({
  schemaVersion: z.literal(RESULTS_SCHEMA_VERSION),
  ordeal: z.string().describe('Version of ordeal.'),
  name: z.string(),
  system: z.string(),
  host: z.string(),
  workload: z.string(),
  nodes: z.int().positive(),
  seed: z.union([z.number(), z.string()]),
  valid: z.union([z.boolean(), z.literal('unknown')]),
  exitCode: z.int(),
  sentence: z.string().describe('The verdict in one plain sentence.'),
  outsideClaims: z
    .array(z.string())
    .optional()
    .describe('What was done to the system beyond what it claims to survive, a sentence each; absent where nothing was.'),
  reasons: z.array(reason).describe('Why the verdict is unknown, or the run failed.'),
  checks: z.array(check),
  faults: z.array(fault),
  phases: z.array(z.object({ name: z.string(), startNs: z.number(), endNs: z.number() })),
  counts: z.object({ invoked: z.int(), ok: z.int(), fail: z.int(), info: z.int(), late: z.int(), openFailures: z.int() }),
  pace: z
    .object({
      offeredPerSecond: z.number(),
      invokedPerSecond: z.number(),
      latenessP50Ns: z.number().describe("The harness's own lag: from when an operation could start to when it did."),
      latenessP99Ns: z.number(),
      latenessMaxNs: z.number(),
    })
    .optional()
    .describe('Operations a second, and how late the harness was; absent on `sim`.'),
  reproduce: z.object({ run: z.string(), replay: z.string().optional(), check: z.string() }),
});

export type RunResults = z.infer<typeof resultsSchema>;
export type FaultRecord = z.infer<typeof fault>;

export type Validity = boolean | 'unknown';

/** The exit code of one run: a violation beats a failed environment, which beats unknown. */
export function exitCodeOf(valid: Validity, environmentFailures: readonly Reason[]): ExitCode {
  if (valid === false) return EXIT.violation;
  if (environmentFailures.length > 0) return EXIT.environment;
  return valid === true ? EXIT.valid : EXIT.unknown;
}

/** The exit code of several runs: 1 beats 3 beats 2 beats 0. */
export function mergeExitCodes(codes: readonly number[]): number {
  for (const code of [EXIT.violation, EXIT.environment, EXIT.unknown]) if (codes.includes(code)) return code;
  return codes.find((code) => code !== EXIT.valid) ?? EXIT.valid;
}
