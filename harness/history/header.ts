/** The first line of `history.jsonl`: which format, which run, what the operations are. */
import { z } from 'zod';
import type { NodeId, Ns, OperationSpec } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';

/** The format that this ordeal writes, and the newest that it reads. */
const HISTORY_SCHEMA_VERSION = 1;

const operationSpec = z.object({
  f: z.string().min(1),
  effect: z.enum(['none', 'idempotent', 'once']),
  deadline: z.number().int().nonnegative(),
});

/** The header as it stands in the file. Fields that this version does not know are dropped. */
const historyHeader = z.object({
  ordeal: z.literal('history'),
  schemaVersion: z.literal(HISTORY_SCHEMA_VERSION),
  /** The name of the test. */
  name: z.string(),
  runId: z.string().optional(),
  seed: z.union([z.number(), z.string()]),
  workload: z.string().optional(),
  system: z.string().optional(),
  host: z.string().optional(),
  operations: z.array(operationSpec),
  nodes: z.array(z.string()),
  /** Calendar time; absent on `sim`, whose files are the same for the same seed. */
  startedAt: z.string().optional(),
});

export interface HistoryHeader {
  readonly ordeal: 'history';
  readonly schemaVersion: typeof HISTORY_SCHEMA_VERSION;
  readonly name: string;
  readonly runId?: string;
  readonly seed: number | string;
  readonly workload?: string;
  readonly system?: string;
  readonly host?: string;
  readonly operations: readonly OperationSpec[];
  readonly nodes: readonly NodeId[];
  readonly startedAt?: string;
}

/** What a caller of the writer says; the format's own fields are added where they are absent. */
export type HistoryHeaderFields = Omit<HistoryHeader, 'ordeal' | 'schemaVersion'> & Partial<Pick<HistoryHeader, 'ordeal' | 'schemaVersion'>>;

/** The line, without its newline. Field order is fixed, whatever order the caller used. */
export function encodeHeader(fields: HistoryHeaderFields): string {
  return JSON.stringify({
    ordeal: 'history',
    schemaVersion: HISTORY_SCHEMA_VERSION,
    name: fields.name,
    runId: fields.runId,
    seed: fields.seed,
    workload: fields.workload,
    system: fields.system,
    host: fields.host,
    operations: fields.operations.map(({ f, effect, deadline }) => ({ f, effect, deadline })),
    nodes: fields.nodes,
    startedAt: fields.startedAt,
  });
}

/**
 * Reads the parsed JSON of a first line. Throws ORDEAL_UNKNOWN_FORMAT for a file of another kind or a newer schema,
 * ORDEAL_BAD_HISTORY for a header that lacks something.
 */
export function parseHeader(json: unknown, where: string): HistoryHeader {
  const { ordeal, schemaVersion } = (typeof json === 'object' && json !== null ? json : {}) as { ordeal?: unknown; schemaVersion?: unknown };
  if (ordeal !== 'history')
    throw new OrdealError('ORDEAL_UNKNOWN_FORMAT', { what: `this is an ordeal ${String(ordeal)} file, not a history`, where, value: ordeal });
  if (schemaVersion !== HISTORY_SCHEMA_VERSION) {
    const what = `the history has schemaVersion ${String(schemaVersion)}; this ordeal reads ${HISTORY_SCHEMA_VERSION}`;
    throw new OrdealError('ORDEAL_UNKNOWN_FORMAT', {
      what,
      where,
      value: schemaVersion,
      remedy: 'Read it with the version of ordeal that wrote it, or a newer one.',
    });
  }
  const parsed = historyHeader.safeParse(json);
  if (!parsed.success)
    throw new OrdealError('ORDEAL_BAD_HISTORY', { what: `the header is not valid: ${z.prettifyError(parsed.error)}`, where, cause: parsed.error });
  return typed(parsed.data);
}

function typed(data: z.infer<typeof historyHeader>): HistoryHeader {
  const optional = { runId: data.runId, workload: data.workload, system: data.system, host: data.host, startedAt: data.startedAt };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    ordeal: data.ordeal,
    schemaVersion: data.schemaVersion,
    name: data.name,
    seed: data.seed,
    operations: data.operations.map((spec) => ({ ...spec, deadline: spec.deadline as Ns })),
    nodes: data.nodes as NodeId[],
    ...present,
  };
}
