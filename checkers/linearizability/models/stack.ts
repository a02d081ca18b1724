/** A stack, last in, first out: `push`, `pop`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { collection, orderedStep } from './collection.ts';
import { initialElements } from './initial-state.ts';
import type { Model } from './model.ts';

const NAMES = { insert: 'push', remove: 'pop' } as const;

type Stack = { readonly value: Value; readonly below: Stack } | null;

/** A stack that holds the elements of the list `init` at first, the last one on top. Throws ORDEAL_BAD_OPTION. */
export function stack(init: Value): Model<Stack> {
  return {
    ...collection(NAMES),
    name: 'stack',
    summary: 'a stack, last in, first out: push, pop (null or refused: it was empty)',
    init: initialElements('stack', init).reduce<Stack>(put, null),
    step: orderedStep<Stack>(NAMES, { put, next: (top) => top?.value, drop: (top) => top!.below }),
    key: (top) => canonicalJson(elements(top)),
    show: elements,
  };
}

function put(below: Stack, value: Value): Stack {
  return { value, below };
}

function elements(top: Stack): Value[] {
  const list: Value[] = [];
  for (let at = top; at !== null; at = at.below) list.push(at.value);
  return list.reverse();
}
