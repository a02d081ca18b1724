/** Operations of a history as a report shows them. */
import type { History, Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isApplied, isClient } from '../../harness/history/columns.ts';
import type { OperationView, Outcome } from './report-view.ts';
import { clipped, valueInWords } from './wording.ts';

const OUTCOMES: readonly Outcome[] = ['info', 'ok', 'fail', 'info'];

/** The invocation that an event belongs to: itself, or its partner; -1 where it is no client's. */
export function invocationOf(history: History, event: number): number {
  if (!(event >= 0 && event < history.length) || !isClient(history.columns, event)) return -1;
  return eventType(history.columns, event) === INVOKE ? event : history.columns.pair[event]!;
}

/** How the operation that begins with this invocation ended; without a completion that is `info`. */
export function outcomeOf(history: History, invoke: number): Outcome {
  const complete = history.columns.pair[invoke]!;
  return complete < 0 ? 'info' : OUTCOMES[eventType(history.columns, complete)]!;
}

/** The operation that begins with this invocation. */
export function operationView(history: History, invoke: number): OperationView {
  const event = history.event(invoke);
  const pair = history.columns.pair[invoke]!;
  const completion = pair < 0 ? undefined : history.event(pair);
  const outcome = outcomeOf(history, invoke);
  const error = completion?.error;
  const refused = pair >= 0 && !isApplied(history.columns, pair);
  return {
    index: invoke,
    complete: pair < 0 ? null : pair,
    process: history.columns.process[invoke]!,
    node: event.node ?? null,
    f: event.f,
    key: event.key === undefined ? null : String(event.key),
    words: operationInWords({
      f: event.f,
      input: event.value,
      output: completion?.value ?? null,
      outcome,
      refused,
      readOnly: isReadOnly(history, event.f),
    }),
    outcome,
    refused,
    start: event.time,
    end: outcome === 'info' ? null : (completion?.time ?? null),
    scheduled: event.scheduled ?? null,
    error: error === undefined ? null : clipped(`${error.code}: ${error.message}`, 300),
  };
}

function isReadOnly(history: History, f: string): boolean {
  return history.operations.find((spec) => spec.f === f)?.effect === 'none' || f === 'read';
}

export interface Told {
  readonly f: string;
  readonly input: Value;
  readonly output: Value;
  readonly outcome: Outcome;
  readonly refused: boolean;
  readonly readOnly: boolean;
}

/** `write 5`, `read → 7`, `cas 5 → 7, refused`. */
export function operationInWords({ f, input, output, outcome, refused, readOnly }: Told): string {
  if (f === 'cas' && Array.isArray(input) && input.length === 2)
    return `cas ${valueInWords(input[0] as Value)} → ${valueInWords(input[1] as Value)}${refused ? ', refused' : ''}`;
  const asked = input === null || readOnly ? f : `${f} ${valueInWords(input)}`;
  const answers = outcome === 'ok' && (readOnly || (input === null && output !== null));
  return `${asked}${answers ? ` → ${valueInWords(output)}` : ''}${refused ? ', refused' : ''}`;
}
