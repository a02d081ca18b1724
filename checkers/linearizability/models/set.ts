/** A set: `add`, `remove`, `contains`, and `read` of all elements. */
import type { Value } from '../../../harness/contracts/index.ts';
import { initialElements } from './initial-state.ts';
import { EVERY_ELEMENT, INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { mapKey, PersistentMap, valueOfKey } from './persistent-map.ts';

type Elements = PersistentMap<true>;

/** What an operation says of its element: that it was there, that it was not, or neither. */
export type Sighting = 'present' | 'absent' | undefined;

/** A set that holds the elements of the list `init` at first. Throws ORDEAL_BAD_OPTION. */
export function set(init: Value): Model<Elements> {
  return {
    name: 'set',
    summary: 'a set: add and remove (true or false, where they tell whether it changed), contains, read of all elements',
    fs: ['add', 'remove', 'contains', 'read'],
    observers: ['contains', 'read'],
    conditional: ['add', 'remove'],
    init: initialElements('set', init).reduce<Elements>((elements, value) => elements.set(mapKey(value), true), PersistentMap.empty()),
    step: setStep,
    key: textOfSet,
    show: (elements) => elements.entries().map(([key]) => valueOfKey(key)),
    accepts,
    changesNothing: (op) => sighting(op) === (op.f === 'add' ? 'present' : 'absent') || op.f === 'contains' || op.f === 'read',
    element: (op) => (op.f === 'read' ? EVERY_ELEMENT : op.input),
    produces: (op) => (op.f === 'add' ? op.input : undefined),
    shows,
  };
}

/** What `add`, `remove` or `contains` saw of its element. An answer that is no boolean, or repeats the input, says nothing. */
export function sighting({ f, input, output, outcome }: ModelOperation): Sighting {
  if (outcome === 'refused') return f === 'add' ? 'present' : 'absent';
  if (typeof output !== 'boolean' || outcome === 'unknown' || (f !== 'contains' && typeof input === 'boolean')) return undefined;
  return output === (f !== 'add') ? 'present' : 'absent';
}

function setStep(elements: Elements, op: ModelOperation): Elements | typeof INCONSISTENT {
  if (op.f === 'read') {
    if (op.outcome === 'unknown') return elements;
    const seen = op.output as readonly Value[];
    return seen.length === elements.size && seen.every((value) => elements.get(mapKey(value)) === true) ? elements : INCONSISTENT;
  }
  const key = mapKey(op.input);
  const saw = sighting(op);
  if (saw !== undefined && (elements.get(key) === true) !== (saw === 'present')) return INCONSISTENT;
  if (op.f === 'contains' || op.outcome === 'refused') return elements;
  return op.f === 'add' ? elements.set(key, true) : elements.delete(key);
}

function textOfSet(elements: Elements): string {
  return JSON.stringify(elements.entries().map(([key]) => key));
}

function accepts(op: ModelOperation): boolean {
  if (op.f === 'read') return op.outcome !== 'refused' && (op.outcome === 'unknown' || (Array.isArray(op.output) && areDistinct(op.output)));
  return op.input !== null && (op.f !== 'contains' || op.outcome === 'unknown' || (op.outcome === 'ok' && typeof op.output === 'boolean'));
}

function areDistinct(values: readonly Value[]): boolean {
  return new Set(values.map(mapKey)).size === values.length;
}

function shows(op: ModelOperation, produced: Value): boolean {
  if (op.f !== 'read') return sighting(op) === 'present' && mapKey(op.input) === mapKey(produced);
  return Array.isArray(op.output) && op.output.some((value: Value) => mapKey(value) === mapKey(produced));
}
