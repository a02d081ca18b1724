/** Deep freezing of messages: they are passed by reference, so a program that changes one would change it for others. */
import type { Value } from '../../../harness/contracts/index.ts';

/** Freezes `value` and everything in it. What is frozen already is taken to be frozen deeply. */
export function freezeDeeply(value: Value): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeDeeply(part);
}
