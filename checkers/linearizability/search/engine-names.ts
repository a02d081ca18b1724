/** The names of the engines, as `--engine` takes them. */
import { ENGINES } from './engines.ts';

export const ENGINE_NAMES: readonly string[] = ENGINES.map(({ name }) => name);
