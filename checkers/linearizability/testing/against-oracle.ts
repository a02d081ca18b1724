/** Comparing an engine with the oracle on one history of one key. */
import type { History } from '../../../harness/contracts/index.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { firstIllegal } from '../counterexample/first-illegal.ts';
import { refuteLocally } from '../counterexample/refute-locally.ts';
import type { Model } from '../models/model.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER, prepare } from '../problem/prepare.ts';
import { exhaustiveSearch } from '../proof/exhaustive.ts';
import { linearizable, type TimedOperation } from '../proof/oracle.ts';
import { replayWitness } from '../proof/replay-witness.ts';
import type { Decision, Engine } from '../search/engine.ts';

type DecisionOf<Kind extends Decision['kind']> = Extract<Decision, { readonly kind: Kind }>;

/** What the oracle says of a whole history, key by key. */
export function isLinearizable(history: History, model: Model): boolean {
  const { keys, classes } = prepare(history, model);
  return keys.every((operations) => linearizable(model, timedOperations(operations, classes)));
}

function timedOperations(operations: KeyOperations, classes: OperationClasses): TimedOperation[] {
  return [...operations.call].map((call, i) => ({
    operation: classes.operation(operations.cls[i]!),
    call,
    ret: operations.ret[i] === NEVER ? Number.POSITIVE_INFINITY : operations.ret[i]!,
  }));
}

/** How often an engine decided, and how. */
export interface Decided {
  legal: number;
  illegal: number;
  unsuitable: number;
  /** It has decided often enough, and is not asked any more. */
  isRetired?: boolean;
}

/** By the name of the engine. */
export type Tally = Map<string, Decided>;

export function decidedBy(tally: Tally, engine: string): Decided {
  const known = tally.get(engine) ?? { legal: 0, illegal: 0, unsuitable: 0 };
  tally.set(engine, known);
  return known;
}

/** What is wrong with the decision of one of the engines, each of which is asked; undefined when nothing is. */
export function disagreement(engines: readonly Engine[], history: History, model: Model, tally: Tally = new Map()): string | undefined {
  const { keys, classes } = prepare(history, model);
  for (const operations of keys) {
    const timed = timedOperations(operations, classes);
    let truth: boolean | undefined;
    for (const engine of engines) {
      const decided = decidedBy(tally, engine.name);
      if (decided.isRetired) continue;
      const decision = engine.decide({ operations, classes }, { budget: UNLIMITED, configurations: Number.POSITIVE_INFINITY, bytesHeld: 0 });
      if (decision.kind === 'undecided') {
        if (decision.why !== 'unsuitable') return `${engine.name} is undecided: ${decision.why}`;
        decided.unsuitable++;
        continue;
      }
      decided[decision.kind]++;
      truth ??= linearizable(model, timed);
      if ((decision.kind === 'legal') !== truth) return `${engine.name} says ${decision.kind}, the oracle ${truth ? 'legal' : 'illegal'}`;
      const problem = decision.kind === 'legal' ? refusedWitness(decision, operations, classes) : wrongBlame(decision, operations, classes, timed);
      if (problem !== undefined) return `${engine.name}: ${problem}`;
    }
  }
  return undefined;
}

function refusedWitness({ witness }: DecisionOf<'legal'>, operations: KeyOperations, classes: OperationClasses): string | undefined {
  const verification = replayWitness(operations, classes, witness);
  return verification.ok ? undefined : `the witness is refused: ${verification.why}`;
}

function wrongBlame(
  decision: DecisionOf<'illegal'>,
  operations: KeyOperations,
  classes: OperationClasses,
  timed: readonly TimedOperation[],
): string | undefined {
  const { model } = classes;
  const { suspect, certain, explored } = decision;
  const culprit = certain ? suspect : firstIllegal(operations, classes, suspect, explored, UNLIMITED);
  if (legalUpTo(operations.ret[culprit]!, timed, model)) return `the history up to operation ${culprit} is legal, but that operation is blamed`;
  if (certain || legalUpTo(operations.ret[culprit]! - 1, timed, model)) return undefined;
  return `the history is illegal before operation ${culprit}, which is blamed`;
}

/** Configurations after which an engine need not have decided a longer history. */
const PATIENCE = 10_000;

/** The same for histories that are too long for the oracle: by the verifier's search, unless the truth is known. */
export function disagreementOnLonger(engine: Engine, history: History, model: Model, truth: 'linearizable' | 'not known'): string | undefined {
  const { keys, classes } = prepare(history, model);
  for (const operations of keys) {
    const decision = engine.decide({ operations, classes }, { budget: UNLIMITED, configurations: PATIENCE, bytesHeld: 0 });
    if (decision.kind === 'undecided') continue;
    const known = truth === 'linearizable' ? truth : exhaustiveSearch(model, timedOperations(operations, classes), model.init);
    if (known !== 'too-large' && (decision.kind === 'legal') !== (known === 'linearizable')) return `the engine says ${decision.kind}, it is ${known}`;
    const verification = decision.kind === 'legal' ? replayWitness(operations, classes, decision.witness) : undefined;
    if (verification?.ok === false) return `the witness is refused: ${verification.why}`;
  }
  return undefined;
}

/** What is wrong with the local refutation of a history from its middle; undefined when nothing is. */
export function wrongLocalRefutation(history: History, model: Model): string | undefined {
  const { keys, classes } = prepare(history, model);
  for (const operations of keys) {
    const suspect = operations.ret.findIndex((end, op) => end !== NEVER && op >= operations.count >> 1);
    const culprit = suspect < 0 ? -1 : refuteLocally(operations, classes, suspect, UNLIMITED);
    if (culprit < 0) continue;
    if (legalUpTo(operations.ret[culprit]!, timedOperations(operations, classes), model))
      return `operation ${culprit} is convicted, but the history up to it is legal`;
  }
  return undefined;
}

/** What the oracle says of the history up to an event: what is pending there may have had the effect that it had, or none yet. */
function legalUpTo(event: number, timed: readonly TimedOperation[], model: Model): boolean {
  const cut = timed.filter((op) => op.call <= event);
  return linearizable(
    model,
    cut.map((op) => (op.ret > event ? { ...op, ret: Number.POSITIVE_INFINITY } : op)),
  );
}
