/** Who holds a lock. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { Hold, ModelOperation } from './model.ts';

/** The `client` that the operation's value names, where it names one; else its process. */
export function ownerOf({ input, process }: ModelOperation): Value {
  const named = typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as { readonly client?: Value }).client : undefined;
  return named ?? process ?? null;
}

/** `Model.hold` of locks with the operations `acquire` and `release`. */
export function holdOf(op: ModelOperation): Hold | undefined {
  return op.outcome === 'refused' ? undefined : { by: ownerOf(op), change: op.f === 'acquire' ? 'taken' : 'given back' };
}
