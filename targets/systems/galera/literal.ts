/** In place of parameters, so that statements can share a message. */
import type { Value } from '../../../harness/contracts/index.ts';

/** An integer as SQL has it. Throws for anything else. */
export function integer(value: Value): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new Error(`not an integer: ${JSON.stringify(value)}`);
}
