/** What nodes showed of each object: all reads, and those that came after all was quiet. Two passes. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { fateAt } from '../columns/events.ts';
import { lastNemesisEvent } from '../columns/run-phases.ts';
import { ask } from '../verdict/exhausted.ts';

export interface StateRead {
  /** Completion. */
  readonly at: number;
  /** Canonical text. */
  readonly state: string;
  /** The updates that it tells to have seen, as a canonical text; undefined where it tells none. */
  readonly updates: string | undefined;
}

/** An object: a key. */
export interface Replicated {
  /** Updates of unknown outcome: each may take effect at any time. */
  unknown: number;
  /** The last event of an update, -1 without one. */
  lastUpdate: number;
  /** In order of completion. */
  readonly reads: StateRead[];
  /** Those of them that began when all had been quiet for the bound. */
  readonly quiet: StateRead[];
}

export interface States {
  readonly objects: readonly Replicated[];
  readonly acknowledged: number;
  /** Objects that were read on two nodes or more when all was quiet. */
  readonly compared: number;
}

export interface Law {
  readonly boundMs: number;
  readonly update: string;
  readonly read: string;
}

const BYTES_PER_READ = 120;

/** O(events + size of the states read). Throws BudgetExhausted. */
export function statesOf(history: History, { boundMs, update, read }: Law, budget: Budget): States {
  const { columns } = history;
  const [updating, reading] = [history.fs.indexOf(update), history.fs.indexOf(read)];
  const byKey = new Map<number, Replicated>();
  let [acknowledged, reads] = [0, 0];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) {
      ask(budget, reads * BYTES_PER_READ);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const invocation = eventType(columns, i) === INVOKE ? i : columns.pair[i]!;
    const object = objectOf(byKey, columns.key[Math.max(0, invocation)]!);
    if (columns.f[i] === updating) {
      object.lastUpdate = i;
      if (invocation !== i) continue;
      const fate = fateAt(columns, i);
      if (fate === 'acknowledged') acknowledged++;
      if (fate === 'unknown') object.unknown++;
    } else if (columns.f[i] === reading && eventType(columns, i) === OK && invocation >= 0) {
      reads++;
      object.reads.push({ at: i, ...shownBy(history.value(columns.value[i]!)) });
    }
  }
  let compared = 0;
  const healed = lastNemesisEvent(history);
  for (const object of byKey.values()) {
    const quietAt = Math.max(object.lastUpdate, healed);
    const since = (columns.time[quietAt] ?? 0) + boundMs * NS_PER_MS;
    const isQuiet = ({ at }: StateRead): boolean => columns.pair[at]! > quietAt && columns.time[columns.pair[at]!]! >= since;
    for (const shown of object.reads) if (isQuiet(shown)) object.quiet.push(shown);
    if (object.lastUpdate >= 0 && new Set(object.quiet.map(({ at }) => columns.node[at]!)).size > 1) compared++;
  }
  return { objects: [...byKey.values()], acknowledged, compared };
}

/** A state by itself, or {"state", "updates": [ids]}. */
function shownBy(value: Value | undefined): { readonly state: string; readonly updates: string | undefined } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { state, updates } = value as Readonly<Record<string, Value>>;
    if (state !== undefined && Array.isArray(updates)) return { state: canonicalJson(state), updates: updates.map(canonicalJson).sort().join() };
  }
  return { state: canonicalJson(value ?? null), updates: undefined };
}

function objectOf(byKey: Map<number, Replicated>, key: number): Replicated {
  let object = byKey.get(key);
  if (object === undefined) {
    object = { unknown: 0, lastUpdate: -1, reads: [], quiet: [] };
    byKey.set(key, object);
  }
  return object;
}
