/**
 * Verifies a linearization that was handed out: orders of invocations, one for each key. It reads the events themselves,
 * knows the model's `step`, and nothing of how the orders were found. O(events).
 */
import type { Event, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';

/** The order in which the operations on one key took effect. */
export interface KeyOrder {
  /** null for operations without a key. */
  readonly key: Value;
  /** Indices of invocations; all that completed, and of those with an unknown outcome the ones that took effect. */
  readonly order: readonly number[];
}

interface Recorded {
  readonly operation: ModelOperation;
  readonly ret: number;
}

/** Whether the orders hold every completed operation once, keep real time, and are accepted by the model from its initial state. */
export function replayLinearization(history: History, model: Model, orders: readonly KeyOrder[], failedConditions: 'no-op' | 'observation'): Verification {
  const recorded = operationsByKey(history, model, failedConditions);
  const claimed = new Map(orders.map(({ key, order }) => [canonicalJson(key), order]));
  if (claimed.size !== orders.length) return refuted('a key stands twice');
  for (const key of claimed.keys()) if (!recorded.has(key)) return refuted(`there are no operations on key ${key}`);
  for (const [key, operations] of recorded) {
    const why = flawOf(model, operations, claimed.get(key) ?? []);
    if (why !== undefined) return refuted(`key ${key}: ${why}`);
  }
  return HOLDS;
}

function flawOf(model: Model, operations: ReadonlyMap<number, Recorded>, order: readonly number[]): string | undefined {
  const seen = new Set<number>();
  let latestCall = -1;
  let state = model.init;
  for (const invoke of order) {
    const op = operations.get(invoke);
    if (op === undefined) return `event ${invoke} is not the invocation of an operation that counts`;
    if (seen.has(invoke)) return `operation ${invoke} stands twice`;
    seen.add(invoke);
    if (op.ret < latestCall) return `operation ${invoke} had returned before one that stands earlier was called`;
    latestCall = Math.max(latestCall, invoke);
    const next = model.step(state, op.operation);
    if (next === INCONSISTENT) return `operation ${invoke} cannot happen where it stands`;
    state = next;
  }
  for (const [invoke, { ret }] of operations) if (ret !== Number.POSITIVE_INFINITY && !seen.has(invoke)) return `operation ${invoke} completed and is missing`;
  return undefined;
}

/** By canonical key, then by invocation: what completed, and what may have taken effect. */
function operationsByKey(history: History, model: Model, failedConditions: 'no-op' | 'observation'): Map<string, Map<number, Recorded>> {
  const byKey = new Map<string, Map<number, Recorded>>();
  for (let i = 0; i < history.length; i++) {
    const invoke = history.event(i);
    if (invoke.type !== 'invoke' || typeof invoke.process !== 'number' || !model.fs.includes(invoke.f)) continue;
    const pair = history.columns.pair[i]!;
    const op = recordedOperation(model, invoke, pair < 0 ? undefined : history.event(pair), failedConditions);
    if (op === undefined || !(model.accepts?.(op.operation) ?? true)) continue;
    const key = canonicalJson(invoke.key ?? null);
    const operations = byKey.get(key) ?? new Map<number, Recorded>();
    byKey.set(key, operations.set(i, op));
  }
  return byKey;
}

/** Undefined for what certainly did not happen. */
function recordedOperation(model: Model, { f, value: input }: Event, end: Event | undefined, failedConditions: 'no-op' | 'observation'): Recorded | undefined {
  const ended = (outcome: 'ok' | 'refused', { value: output, index }: Event): Recorded => ({ operation: { f, input, output, outcome }, ret: index });
  if (end?.type === 'ok') return ended(end.applied === false ? 'refused' : 'ok', end);
  if (end?.type !== 'fail') return { operation: { f, input, output: undefined, outcome: 'unknown' }, ret: Number.POSITIVE_INFINITY };
  const observed = failedConditions === 'observation' && end.error === undefined && (model.conditional?.includes(f) ?? false);
  return observed ? ended('refused', end) : undefined;
}
