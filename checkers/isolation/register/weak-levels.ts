/** What weak models say of registers: who sees whom. */
import type { Anomaly, Budget } from '../../../harness/contracts/index.ts';
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { ModelName } from '../models/models.ts';
import { READ, type Transactions, WRITE } from '../transactions/columns.ts';
import { findVisibilityCycles, type Sight, type VisibilityMaterial } from '../weak/register-visibility.ts';
import type { LevelsMaterial } from './problem.ts';
import { INITIAL, type Versions } from './versions.ts';

/** More transactions are not looked at: each is compared with all that it sees. */
const MOST_TRANSACTIONS = 2000;

export interface WeakLevels {
  readonly anomalies: readonly Anomaly[];
  readonly proved: ReadonlySet<ModelName>;
}

/** Throws BudgetExhausted. */
export function judgeWeakLevels(material: LevelsMaterial, budget: Budget): WeakLevels {
  const { transactions, versions, names } = material;
  if (transactions.count > MOST_TRANSACTIONS) return { anomalies: [], proved: new Set() };
  const sessions = sessionsOf(transactions, versions);
  const visibility: VisibilityMaterial = { transactions, names, sights: sightsOf(transactions, versions), writes: writesOf(transactions, versions), sessions };
  const anomalies = findVisibilityCycles(visibility, budget);
  if (versions.ambiguous > 0) return { anomalies, proved: new Set() };
  const proved = new Set<ModelName>(['monotonic-atomic-view', 'read-atomic', 'causal-cerone']);
  return { anomalies, proved };
}

function sightsOf({ opCount, kind, previous, owner, outcome, key }: Transactions, { of, writer, final }: Versions): Sight[] {
  const sights: Sight[] = [];
  for (let op = 0; op < opCount; op++) {
    const reader = owner[op]!;
    if (kind[op] !== READ || previous[op] !== -1 || outcome[reader] !== OK) continue;
    const by = writer[of[op]!]!;
    if (by === INITIAL) sights.push({ reader, from: -1, key: key[op]!, op });
    else if (by >= 0 && final[by] === 1 && outcome[owner[by]!] !== FAIL) sights.push({ reader, from: owner[by]!, key: key[op]!, op });
  }
  return sights;
}

function writesOf({ opCount, kind, owner, key }: Transactions, { committed }: Versions): ReadonlyMap<number, ReadonlySet<number>> {
  const writes = new Map<number, Set<number>>();
  for (let op = 0; op < opCount; op++) {
    const t = owner[op]!;
    if (kind[op] === WRITE && committed[t] === 1) writes.set(t, (writes.get(t) ?? new Set()).add(key[op]!));
  }
  return writes;
}

function sessionsOf({ count, process, outcome, invocation }: Transactions, { committed }: Versions): [number, number][] {
  const pairs: [number, number][] = [];
  const last = new Map<number, number>();
  for (let t = 0; t < count; t++) {
    if (committed[t] === 0 || invocation[t]! < 0) continue;
    const previous = last.get(process[t]!);
    if (previous !== undefined) pairs.push([previous, t]);
    if (outcome[t] === OK) last.set(process[t]!, t);
  }
  return pairs;
}
