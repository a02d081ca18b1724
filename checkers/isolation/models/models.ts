/**
 * Consistency models: their names, which imply which, and which anomalies each forbids by itself (Adya 1999; Bailis et al.
 * 2013; Cerone et al. 2015; the lattice of Elle). A model forbids what every model that it implies forbids.
 */

interface ModelRow {
  /** Other names that people use. */
  readonly aliases?: readonly string[];
  /** Directly. */
  readonly implies?: readonly string[];
  readonly forbids?: readonly string[];
}

const SESSION_GUARANTEES = ['monotonic-reads', 'monotonic-writes', 'read-your-writes', 'writes-follow-reads'] as const;

export const MODEL_ROWS = {
  'read-uncommitted': { aliases: ['PL-1'], forbids: ['G0', 'duplicate-elements', 'cyclic-versions', 'thin-air-read'] },
  'read-committed': { aliases: ['PL-2'], implies: ['read-uncommitted'], forbids: ['G1'] },
  'cursor-stability': { aliases: ['PL-CS'], implies: ['read-committed'], forbids: ['lost-update'] },
  'monotonic-view': { aliases: ['PL-2L'], implies: ['read-committed'], forbids: ['G-monotonic'] },
  'monotonic-snapshot-read': { aliases: ['PL-MSR'], implies: ['read-committed'], forbids: ['G-MSR', 'reordered-appends'] },
  'monotonic-atomic-view': { aliases: ['MAV'], implies: ['read-committed'], forbids: ['fractured-view'] },
  'consistent-view': { aliases: ['PL-2+'], implies: ['cursor-stability', 'monotonic-view'], forbids: ['G-single', 'no-parallel-order'] },
  'forward-consistent-view': { aliases: ['PL-FCV'], implies: ['consistent-view'] },
  'update-serializable': { aliases: ['PL-3U'], implies: ['forward-consistent-view'], forbids: ['G-update', 'no-update-order'] },
  'repeatable-read': {
    aliases: ['PL-2.99'],
    implies: ['cursor-stability', 'monotonic-atomic-view'],
    forbids: ['G2-item', 'internal', 'no-serial-order', 'reordered-appends'],
  },
  'read-atomic': { aliases: ['RA'], implies: ['monotonic-atomic-view'], forbids: ['internal', 'fractured-read', 'reordered-appends'] },
  'update-atomic': { aliases: ['UA'], implies: ['read-atomic'], forbids: ['lost-update', 'unseen-update'] },
  'causal-cerone': {
    aliases: ['causal-consistency', 'CC', 'transactional-causal-consistency', 'TCC', 'causal-convergence', 'CCv', 'causal+'],
    // Not `causal`, which is causal memory: there each process has an order of its own, in which a write stays where it saw it.
    implies: ['read-atomic', ...SESSION_GUARANTEES],
    forbids: ['G1c-process', 'causal-miss'],
  },
  prefix: { aliases: ['prefix-consistency', 'PC'], implies: ['read-atomic'], forbids: ['long-fork', 'no-prefix-order'] },
  'parallel-snapshot-isolation': { aliases: ['PSI', 'PL-PSI'], implies: ['update-atomic'], forbids: ['G-single', 'no-parallel-order'] },
  'snapshot-isolation': {
    aliases: ['PL-SI', 'SI'],
    implies: ['forward-consistent-view', 'monotonic-snapshot-read', 'parallel-snapshot-isolation', 'prefix'],
    forbids: ['G-nonadjacent', 'no-snapshot-order', 'predicate-read-miss'],
  },
  serializable: {
    aliases: ['PL-3', 'SER', 'conflict-serializable', 'view-serializable', '1SR', 'one-copy-serializable'],
    implies: ['repeatable-read', 'update-serializable', 'snapshot-isolation'],
    forbids: ['G2', 'no-serial-order', 'predicate-read-miss'],
  },
  'strong-session-read-uncommitted': { aliases: ['strong-session-PL-1'], implies: ['read-uncommitted'], forbids: ['G0-process'] },
  'strong-session-read-committed': {
    aliases: ['strong-session-PL-2'],
    implies: ['read-committed', 'strong-session-read-uncommitted'],
    forbids: ['G1c-process'],
  },
  'strong-session-snapshot-isolation': {
    aliases: ['strong-session-SI', 'session-snapshot-isolation'],
    implies: ['snapshot-isolation', 'strong-session-read-committed', 'causal-cerone', 'causal'],
    forbids: ['G1-process', 'G-nonadjacent-process', 'no-snapshot-order-process'],
  },
  'strong-session-serializable': {
    aliases: ['strong-session-PL-3', 'session-serializable'],
    implies: ['serializable', 'strong-session-snapshot-isolation', 'sequential'],
    forbids: ['G2-process', 'no-serial-order-process'],
  },
  'strong-read-uncommitted': { aliases: ['strong-PL-1'], implies: ['strong-session-read-uncommitted'], forbids: ['G0-realtime'] },
  'strong-read-committed': {
    aliases: ['strong-PL-2'],
    implies: ['strong-session-read-committed', 'strong-read-uncommitted'],
    forbids: ['G1c-realtime'],
  },
  'strong-snapshot-isolation': {
    aliases: ['strong-SI'],
    implies: ['strong-session-snapshot-isolation', 'strong-read-committed'],
    forbids: ['G1-realtime', 'G-nonadjacent-realtime', 'no-snapshot-order-realtime'],
  },
  'strong-serializable': {
    aliases: ['strict-serializable', 'PL-SS', 'SSER'],
    implies: ['strong-session-serializable', 'strong-snapshot-isolation', 'linearizable'],
    forbids: ['G2-realtime', 'no-serial-order-realtime'],
  },
  'monotonic-reads': { aliases: ['MR'], forbids: ['non-monotonic-read', 'thin-air-read'] },
  'monotonic-writes': { aliases: ['MW'], forbids: ['non-monotonic-write', 'reordered-appends', 'thin-air-read'] },
  'read-your-writes': { aliases: ['RYW', 'read-my-writes'], forbids: ['missed-own-write', 'thin-air-read'] },
  'writes-follow-reads': { aliases: ['WFR', 'session-causality'], forbids: ['write-before-read', 'thin-air-read'] },
  PRAM: {
    aliases: ['pipelined-random-access-memory', 'FIFO'],
    implies: ['monotonic-reads', 'monotonic-writes', 'read-your-writes'],
    forbids: ['pram-cycle', 'failed-read', 'duplicate-elements'],
  },
  causal: { aliases: ['causal-memory', 'CM'], implies: ['PRAM', 'writes-follow-reads'], forbids: ['causal-cycle'] },
  sequential: { aliases: ['sequential-consistency'], implies: ['causal'], forbids: ['sequential-cycle', 'G1a'] },
  linearizable: { aliases: ['linearizability'], implies: ['sequential'], forbids: ['stale-operation'] },
} as const satisfies Readonly<Record<string, ModelRow>>;

export type ModelName = keyof typeof MODEL_ROWS;

const ROWS: Readonly<Record<string, ModelRow>> = MODEL_ROWS;

/** All models by the name that reports use. */
export const MODEL_NAMES = Object.keys(MODEL_ROWS) as readonly ModelName[];

const byName = new Map<string, ModelName>(
  MODEL_NAMES.flatMap((name) => [name, ...(ROWS[name]!.aliases ?? [])].map((one): [string, ModelName] => [one.toLowerCase(), name])),
);

/** The model of any of its names, in whatever case; undefined for no model's name. */
export function modelNamed(name: string): ModelName | undefined {
  return byName.get(name.toLowerCase());
}

/** The model and every model that it implies. */
export function impliedModels(model: ModelName): ReadonlySet<ModelName> {
  return closures.get(model)!;
}

/** Whether the first is at least as strong as the second. */
export function impliesModel(one: ModelName, other: ModelName): boolean {
  return impliedModels(one).has(other);
}

/** The anomalies that the model forbids, by itself or by what it implies. Anomalies that imply these are forbidden as well. */
export function forbiddenBy(model: ModelName): ReadonlySet<string> {
  return forbidden.get(model)!;
}

const closures: ReadonlyMap<ModelName, ReadonlySet<ModelName>> = new Map(
  MODEL_NAMES.map((model) => {
    const closure = new Set<ModelName>([model]);
    for (const one of closure) for (const implied of ROWS[one]!.implies ?? []) closure.add(implied as ModelName);
    return [model, closure];
  }),
);

const forbidden: ReadonlyMap<ModelName, ReadonlySet<string>> = new Map(
  MODEL_NAMES.map((model) => [model, new Set([...impliedModels(model)].flatMap((one) => ROWS[one]!.forbids ?? []))]),
);
