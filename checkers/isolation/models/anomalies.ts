/**
 * Anomalies and what they imply: whoever has the one has the other. Names and implications are those of Elle (Kingsbury and
 * Alvaro 2020), after Adya 1999; rows marked + are ours.
 */

const ORDERS = ['', '-process', '-realtime'] as const;

/** Direct implications within one order, and from each order to the next. */
const CYCLES: Readonly<Record<string, readonly string[]>> = {
  G0: ['G1c'],
  G1c: ['G1'],
  'G-single-item': ['G-nonadjacent-item', 'G-single'],
  'G-single': ['G-nonadjacent'],
  'G-nonadjacent-item': ['G-nonadjacent', 'G2-item'],
  'G-nonadjacent': ['G2'],
  'G2-item': ['G2'],
  G2: [],
  G1: [],
  // + Whatever the order of versions.
  'no-snapshot-order': ['no-serial-order'],
  'no-serial-order': [],
};

const DIRECT: Readonly<Record<string, readonly string[]>> = {
  G1a: ['G1'],
  G1b: ['G1'],
  'dirty-update': ['G1a'],
  'future-read': ['G1c'],
  'incompatible-order': ['G1a'],
  'lost-update': ['G2-item', 'write-skew'],
  'write-skew': ['G2'],
  // + Of PRAM, for which incompatible orders are none of these.
  'failed-read': ['G1a'],
  // + A later append is there and an earlier one is not: the versions are not in the order of real time.
  'lost-append': ['G0-realtime'],
  // + A cycle with one read-only transaction at most.
  'G-update': ['G2-item'],
  // + Whatever the order of versions, for models below snapshot isolation.
  'no-prefix-order': ['no-snapshot-order'],
  'no-parallel-order': ['no-snapshot-order'],
  'no-update-order': ['no-serial-order'],
  // + Of the weak models.
  'fractured-view': ['fractured-read'],
  'fractured-read': ['causal-miss'],
  ...Object.fromEntries(
    Object.entries(CYCLES).flatMap(([name, implied]) =>
      ORDERS.map((order, i) => [`${name}${order}`, [...implied.map((one) => `${one}${order}`), ...(i < 2 ? [`${name}${ORDERS[i + 1]}`] : [])]]),
    ),
  ),
};

const closures = new Map<string, ReadonlySet<string>>();

/** The anomaly and everything that it implies. */
export function impliedAnomalies(name: string): ReadonlySet<string> {
  const known = closures.get(name);
  if (known !== undefined) return known;
  const closure = new Set([name]);
  for (const one of closure) for (const implied of DIRECT[one] ?? []) closure.add(implied);
  closures.set(name, closure);
  return closure;
}

/** Whether a history with the one has the other. */
export function impliesAnomaly(one: string, other: string): boolean {
  return impliedAnomalies(one).has(other);
}

/** Anomalies of weak models: told where no stronger word says the same. */
export const WEAK_ANOMALIES: ReadonlySet<string> = new Set([
  'G-update',
  'no-update-order',
  'no-prefix-order',
  'no-parallel-order',
  'fractured-read',
  'fractured-view',
  'causal-miss',
  'long-fork',
  'non-monotonic-read',
  'missed-own-write',
  'non-monotonic-write',
  'write-before-read',
  'G-monotonic',
  'G-MSR',
  'unseen-update',
  'failed-read',
  'pram-cycle',
  'causal-cycle',
  'sequential-cycle',
  'stale-operation',
]);
