/** Finding a model by the name that a certificate carries: the built-in ones, and those a user's checker was made with. */
import type { Value } from '../../../harness/contracts/index.ts';
import { builtInModel, MODEL_NAMES } from './catalogue.ts';
import type { Model } from './model.ts';

const ofUsers = new Map<string, Model>();

/** Makes a user's model known in this thread. A later one of the same name takes its place; built-in names are refused. */
export function makeKnown(model: Model): void {
  if (MODEL_NAMES.includes(model.name)) throw new Error(`"${model.name}" is the name of a built-in model; give the model another`);
  ofUsers.set(model.name, model);
}

/** The model of that name; a built-in one starts from `init`. Throws ORDEAL_UNKNOWN_MODEL. */
export function knownModel(name: string, init: Value): Model {
  return ofUsers.get(name) ?? builtInModel(name, init);
}
