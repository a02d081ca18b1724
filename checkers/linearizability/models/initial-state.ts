/** Reading the initial state that a user gave. */
import type { Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

/** The elements that a collection holds at first. Throws ORDEAL_BAD_OPTION for anything but a list, and for null in it. */
export function initialElements(model: string, init: Value): readonly Value[] {
  if (Array.isArray(init) && !init.includes(null)) return init as readonly Value[];
  throw badInit(model, init, 'a list of the elements that are in it at first, none of them null: []');
}

/** A whole number. Throws ORDEAL_BAD_OPTION. */
export function initialCount(model: string, init: Value, least = Number.MIN_SAFE_INTEGER): number {
  if (typeof init === 'number' && Number.isSafeInteger(init) && init >= least) return init;
  throw badInit(model, init, `a whole number${least > Number.MIN_SAFE_INTEGER ? ` of at least ${least}` : ''}`);
}

export function badInit(model: string, init: Value, expected: string): OrdealError {
  const text = JSON.stringify(init);
  return new OrdealError('ORDEAL_BAD_OPTION', {
    what: `the model "${model}" cannot start from ${text}`,
    where: 'init',
    value: text,
    remedy: `Give it ${expected}.`,
  });
}
