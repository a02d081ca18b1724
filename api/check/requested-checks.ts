/** What a request of `ordeal check` names, and that its options go somewhere: nothing that was asked for is passed over in silence. */
import { MODEL_NAMES as CONSISTENCY_MODELS, modelNamed } from '../../checkers/isolation/models/models.ts';
import { CHECKERS, type CheckerEntry, checkerRef } from '../../checkers/registry/checkers.ts';
import { MODELS } from '../../checkers/registry/models.ts';
import type { ModuleRef, Value } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { lookUp, parseOptions } from '../resolve.ts';

/** What an unnamed history is taken for. */
export const DEFAULT_MODEL = 'cas-register';

/** What is asked of the checkers of histories. */
export interface CheckRequest {
  /** A model of `ordeal list models`, for the linearizability checker. */
  readonly model?: string;
  /** Or a checker of `ordeal list checkers`. */
  readonly checker?: string;
  /** Or what transactions do and are promised, for the checker isolation. */
  readonly isolation?: { readonly workload?: 'list-append' | 'rw-register' | 'predicate'; readonly consistencyModels?: readonly string[] };
  /** Of the checker that is named, or of the linearizability checker with the model that is named; `init` alone: of the default model. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The only engine of the linearizability checker that may decide. */
  readonly engine?: string;
  /** `sequential`: only the order in which each process did its operations counts. Neither an engine nor a witness goes with it. */
  readonly consistency?: 'linearizable' | 'sequential';
}

export interface NamedChecks {
  readonly label: string;
  readonly refs: readonly ModuleRef[];
}

/**
 * What the request names; undefined where it names nothing, so that each history says itself what it is. Throws
 * ORDEAL_UNKNOWN_MODEL, _CHECKER, and ORDEAL_BAD_OPTION for options that its checker has not, or that go to none.
 */
export async function requestedChecks(request: CheckRequest): Promise<NamedChecks | undefined> {
  const options = (request.options ?? {}) as Readonly<Record<string, Value>>;
  refuseContradictions(request, Object.keys(options));
  if (request.isolation !== undefined) return isolationCheck(request.isolation, options);
  if (request.checker !== undefined && request.model === undefined) return checkerNamed(request.checker, options);
  if (request.model === undefined && Object.keys(options).length === 0) return undefined;
  const model = request.model ?? DEFAULT_MODEL;
  lookUp(MODELS, model, 'model', 'ORDEAL_UNKNOWN_MODEL', '--model');
  return { ...(await checkerNamed('linearizable', { ...options, model })), label: model };
}

/** Throws ORDEAL_UNKNOWN_CHECKER, ORDEAL_BAD_OPTION. */
async function checkerNamed(name: string, options: Readonly<Record<string, Value>>): Promise<NamedChecks> {
  const { ref, load } = lookUp<CheckerEntry>(CHECKERS, name, 'checker', 'ORDEAL_UNKNOWN_CHECKER', '--checker');
  // here, where it is somebody's mistake: in the worker it would look like one of the checker
  parseOptions((await load()).options, options, `checker ${name}`);
  return { label: name, refs: [{ ...ref, options }] };
}

/** Throws ORDEAL_UNKNOWN_MODEL, ORDEAL_BAD_OPTION. */
export async function isolationCheck(
  { workload, consistencyModels }: NonNullable<CheckRequest['isolation']>,
  others: Readonly<Record<string, Value>> = {},
): Promise<NamedChecks> {
  for (const name of consistencyModels ?? []) {
    if (modelNamed(name) !== undefined) continue;
    const what = `there is no consistency model "${name}"`;
    throw new OrdealError('ORDEAL_UNKNOWN_MODEL', { what, where: '--consistency-model', value: name, remedy: `Known: ${CONSISTENCY_MODELS.join(', ')}.` });
  }
  const options = {
    ...others,
    ...(workload !== undefined && { workload }),
    ...(consistencyModels !== undefined && { consistencyModels: [...consistencyModels] }),
  };
  return { ...(await checkerNamed('isolation', options)), label: (consistencyModels ?? ['strict-serializable']).join(', ') };
}

/** The default check of somebody else's history. */
export function registerCheck(): NamedChecks {
  return { label: DEFAULT_MODEL, refs: [checkerRef('linearizable', { model: DEFAULT_MODEL })] };
}

/** Throws ORDEAL_BAD_OPTION where one thing asked for would leave another without effect. */
function refuseContradictions({ model, checker, isolation, engine, consistency }: CheckRequest, options: readonly string[]): void {
  const refuse = (where: string, what: string, remedy: string): never => {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what, where, remedy });
  };
  if (model !== undefined && checker !== undefined && checker !== 'linearizable')
    refuse('--model', `the checker "${checker}" knows no models: they are for linearizable`, 'Name a model or a checker.');
  if (isolation !== undefined && (model !== undefined || (checker !== undefined && checker !== 'isolation')))
    refuse(
      '--consistency-model',
      'it is for transactions, which only the checker isolation judges',
      `Leave ${model !== undefined ? '--model' : '--checker'} out.`,
    );
  if ((engine !== undefined || consistency !== undefined) && (isolation !== undefined || (checker !== undefined && checker !== 'linearizable')))
    refuse(engine !== undefined ? '--engine' : '--consistency', `it is for the checker linearizable, not for ${checker ?? 'isolation'}`, 'Leave it out.');
  const homeless = options.filter((name) => name !== 'init');
  if (homeless.length > 0 && model === undefined && checker === undefined && isolation === undefined)
    refuse(
      '--with',
      `nobody is named who is to get "${homeless[0]}"`,
      'Name the checker, as in --checker rate --with limit=100, or a --model of linearizable.',
    );
}
