/** What to run, resolved and serialisable: it is written to `run.json`, crosses to the simulator's worker, and is enough to run again. */
import { z } from 'zod';

const named = z.object({ name: z.string(), options: z.record(z.string(), z.json()).default({}) });

const scenarioLine = z.union([
  z.tuple([z.string(), z.literal('inject'), z.string(), z.json(), z.string()]),
  z.tuple([z.string(), z.literal('heal'), z.string()]),
]);

export const runPlanSchema = z.object({
  name: z.string(),
  system: named,
  host: named,
  workload: named,
  faults: z.object({
    families: z.array(z.string()).describe('Fault families, as in `ordeal list faults`.'),
    /** Single faults with options of their own, as configurations give them. */
    chosen: z.array(named).default([]),
    /** What the nemesis does when, spelled out: beside the schedule of the faults above, or instead of one. */
    scenario: z.array(scenarioLine).default([]),
    options: z.record(z.string(), z.json()).default({}),
    /** Faults may go beyond what the system claims to survive (rule 15). */
    beyondFaultModel: z.literal(true).optional(),
  }),
  nodes: z.int().positive(),
  concurrency: z.int().positive(),
  clients: z.enum(['pinned', 'roaming']),
  ratePerSecond: z.number().positive(),
  timeLimitMs: z.number().positive(),
  /** How long the system may take to become ready; the lifecycle's own deadline when absent. */
  readyMs: z.number().positive().optional(),
  seed: z.union([z.number(), z.string()]),
  out: z.string(),
  /** A configuration file that supplies systems, workloads or faults of the user's own. */
  config: z.object({ url: z.string(), test: z.string() }).optional(),
  /** An incident of the catalogue, whose variant is the system. */
  incident: z.object({ id: z.string(), variant: z.enum(['broken', 'fixed']) }).optional(),
  /** The run whose recorded operations and faults are fed again. */
  replayOf: z.string().optional(),
});

export type RunPlan = z.infer<typeof runPlanSchema>;

export const PLAN_DEFAULTS = { nodes: 3, concurrency: 10, clients: 'pinned', ratePerSecond: 200, timeLimitMs: 30_000 } as const;
