/** Operations in words. */
import type { History, Value } from '../../../harness/contracts/index.ts';
import { formatSeconds } from '../../../harness/time/units.ts';
import type { Model, ModelOperation } from '../models/model.ts';

/** A value as people write it. */
export function inWords(value: Value | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `read of 5`, `write 7`, `cas 5 → 7`; others by name and values. */
export function operationInWords(model: Model, op: ModelOperation): string {
  const form = model.asRegister?.(op);
  if (form && op.f === 'read') return `read of ${inWords(op.output)}`;
  if (form?.kind === 'write') return `${op.f} ${inWords(form.value)}`;
  if (form && Array.isArray(op.input) && op.input.length === 2) return `${op.f} ${inWords(op.input[0])} → ${inWords(op.input[1])}`;
  if (model.observers?.includes(op.f)) return `${op.f} of ${inWords(op.output)}`;
  return `${op.input === null ? op.f : `${op.f} ${inWords(op.input)}`}${answerInWords(model, op)}`;
}

/** ` → 5` where the answer says more than the invocation. */
function answerInWords(model: Model, { input, output, outcome }: ModelOperation): string {
  if (outcome === 'refused') return ', refused';
  if (outcome === 'unknown' || model.asRegister || output === input) return '';
  if ((output ?? null) !== null) return ` → ${inWords(output)}`;
  return model.element && input === null ? ' that found nothing' : '';
}

/** `by process 3`. */
export function by(history: History, event: number): string {
  return `by process ${history.columns.process[event]!}`;
}

/** A history that took less (ns) has no times, but numbers: of events, or of ticks. */
const SHORTEST_RUN = 1_000_000;

/** The time of an event, `12.480 s`; in a history without times its index, `event 17`. */
export function at(history: History, event: number): string {
  if (history.columns.time[history.length - 1]! < SHORTEST_RUN) return `event ${event}`;
  return formatSeconds(history.columns.time[event]!);
}

/** ` on key 4`, or nothing for a history without keys. */
export function onKey(history: History, key: number): string {
  const value = history.value(key);
  return value === undefined ? '' : ` on key ${typeof value === 'string' ? value : inWords(value)}`;
}
