/** Rule 1: a value that only failed operations wrote, and that somebody saw. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { ModelOperation } from '../models/model.ts';
import { sameValue } from '../models/same-value.ts';
import type { KeyOperations, Prepared } from '../problem/prepare.ts';

export interface Culprits {
  /** Invocations of the failed operations, ascending; empty when the value has another source, or none. */
  readonly culprits: readonly number[];
  /** The codes of their errors. */
  readonly errors: readonly string[];
}

/** The failed operations that alone would have made what operation `reader` saw. */
export function culpritsOf(prepared: Prepared, operations: KeyOperations, reader: number): Culprits {
  const { history, classes } = prepared;
  const seen = classes.operation(operations.cls[reader]!);
  const until = operations.ret[reader]!;
  const culprits: number[] = [];
  const errors = new Set<string>();
  for (const invoke of operations.failed) {
    if (invoke > until) break;
    const { f, value } = history.event(invoke);
    if (!isOnlySource(prepared, operations, reader, seen, { f, input: value, output: value, outcome: 'ok' })) continue;
    culprits.push(invoke);
    errors.add(history.errors[history.columns.error[history.columns.pair[invoke]!]!]?.code ?? `a failed ${f}`);
  }
  return { culprits, errors: [...errors] };
}

/** Whether `reader` saw what `writer` would have made, and nothing that did not fail would have made it. */
function isOnlySource(prepared: Prepared, operations: KeyOperations, reader: number, seen: ModelOperation, writer: ModelOperation): boolean {
  const { model, classes } = prepared;
  if (!(model.accepts?.(writer) ?? true)) return false;
  const asked = askedValue(prepared, seen);
  if (model.asRegister) {
    const made = producedValue(prepared, writer);
    if (asked === undefined || made === undefined || !sameValue(asked, made) || sameValue(asked, model.init as Value)) return false;
    for (let op = 0; op < operations.count; op++) {
      const other = producedValue(prepared, classes.operation(operations.cls[op]!));
      if (op !== reader && other !== undefined && sameValue(other, made)) return false;
    }
    return true;
  }
  const made = model.produces?.(writer);
  if (made === undefined || !model.shows?.(seen, made)) return false;
  for (let op = 0; op < operations.count; op++) {
    const other = model.produces?.(classes.operation(operations.cls[op]!));
    if (other !== undefined && sameValue(other, made)) return false;
  }
  return true;
}

function askedValue({ model }: Prepared, op: ModelOperation): Value | undefined {
  const form = model.asRegister?.(op);
  return form?.kind === 'read' ? form.value : form?.kind === 'cas' ? form.from : undefined;
}

function producedValue({ model }: Prepared, op: ModelOperation): Value | undefined {
  const form = model.asRegister?.(op);
  return form?.kind === 'write' ? form.value : form?.kind === 'cas' ? form.to : undefined;
}
