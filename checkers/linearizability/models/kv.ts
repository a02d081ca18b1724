/** A string under each key: `get`, `put`, `append`, `delete`, `cas` with [from, to]. */
import type { Value } from '../../../harness/contracts/index.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { isPair } from './same-value.ts';

/** A key-value store of strings in which every key holds `init` at first, and null after a delete. */
export function kv(init: Value): Model<Value> {
  return {
    name: 'kv',
    summary: 'a string under each key, null where there is none: get, put, append, delete, cas [from, to]',
    fs: ['get', 'put', 'append', 'delete', 'cas'],
    observers: ['get'],
    blind: ['put', 'append', 'delete'],
    overwriting: ['put', 'delete'],
    conditional: ['cas'],
    init,
    step: kvStep,
    key: (state) => (typeof state === 'string' ? state : `\u0000${JSON.stringify(state)}`),
    accepts: isKvOperation,
    produces,
    lasting: true,
    shows: (op, produced) => op.f === 'get' && typeof op.output === 'string' && typeof produced === 'string' && op.output.includes(produced),
  };
}

function isKvOperation({ f, input, outcome }: ModelOperation): boolean {
  const isString = (value: Value): boolean => typeof value === 'string';
  if (f === 'cas') return isPair(input) && (input[0] === null || isString(input[0])) && isString(input[1]);
  return f === 'get' || ((f === 'delete' || isString(input)) && outcome !== 'refused');
}

function produces({ f, input }: ModelOperation): Value | undefined {
  const made = f === 'cas' ? (input as readonly Value[])[1] : f === 'put' || f === 'append' ? input : undefined;
  return made === '' ? undefined : made;
}

function kvStep(state: Value, op: ModelOperation): Value | typeof INCONSISTENT {
  if (op.f === 'put') return op.input;
  if (op.f === 'delete') return null;
  if (op.f === 'cas') {
    const [from, to] = op.input as readonly [Value, Value];
    if (op.outcome === 'refused') return state === from ? INCONSISTENT : state;
    return state === from ? to : INCONSISTENT;
  }
  if (op.f === 'append') return `${state ?? ''}${op.input}`;
  if (op.outcome === 'unknown') return state;
  return state === op.output ? state : INCONSISTENT;
}
