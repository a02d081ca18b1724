/**
 * Sequential consistency: first whether the history is linearizable, for then it is sequentially consistent too, and that is
 * soon said; then a search key by key, for what one key refutes is refuted; then all keys together.
 */
import type { Anomaly, Budget, History, Reason, Result, Value } from '../../../harness/contracts/index.ts';
import { operationInWords } from '../counterexample/wording.ts';
import { judge } from '../judge.ts';
import type { Model } from '../models/model.ts';
import { type Prepared, prepare } from '../problem/prepare.ts';
import { type ProcessOperation, replaySequential } from '../proof/sequential.ts';
import { NOT_SEQUENTIAL, type NotSequentialCertificate } from '../proof/verify-sequential.ts';
import { showState } from '../search/model-space.ts';
import { type Kept, minimiseSequential, programsOfKept } from './minimise.ts';
import { programsOf, type Step } from './programs.ts';
import { type SequentialDecision, searchSequential } from './search.ts';

/** Configurations in the first round, and how much more in each next one. */
const FIRST_ROUND = 20_000;
const GROWTH = 8;
/** How many operations a sentence names. */
const MOST_NAMED = 10;

/** Throws ORDEAL_FOREIGN_HISTORY. */
export function judgeSequential(checker: string, history: History, model: Model, failedCas: 'noop' | 'observation' | undefined, budget: Budget): Result {
  const failedConditions = failedCas === undefined ? (model.failedConditions ?? 'no-op') : failedCas === 'noop' ? 'no-op' : 'observation';
  const strict = judge(checker, history, model, failedCas, budget);
  const prepared = prepare(history, model, { failedConditions });
  if (strict.valid === true || prepared.checked === 0) return strict;
  return new SequentialTrial(checker, prepared, failedConditions, budget).result();
}

class SequentialTrial {
  readonly #checker: string;
  readonly #prepared: Prepared;
  readonly #failedConditions: 'no-op' | 'observation';
  readonly #budget: Budget;
  #explored = 0;

  constructor(checker: string, prepared: Prepared, failedConditions: 'no-op' | 'observation', budget: Budget) {
    this.#checker = checker;
    this.#prepared = prepared;
    this.#failedConditions = failedConditions;
    this.#budget = budget;
  }

  result(): Result {
    const keys = [...this.#prepared.keys.keys()].sort((a, b) => this.#prepared.keys[a]!.count - this.#prepared.keys[b]!.count);
    for (let configurations = FIRST_ROUND; ; configurations *= GROWTH) {
      // Keys that one by one have an order may have none together; then again one key may be too hard alone.
      const decisions = keys.map((k) => [[k], this.#decide([k], configurations)] as const);
      const together = keys.length === 1 ? decisions[0]![1] : this.#decide(keys, configurations);
      const refuted = [...decisions, [keys, together] as const].find(([, { kind }]) => kind === 'not-sequential');
      if (refuted) return this.#convicted(refuted[0]);
      if (together.kind === 'sequential') return this.#acquitted(keys, together.order);
      if (together.kind === 'undecided' && together.why !== 'configurations') return this.#undecided(together.why);
    }
  }

  #decide(keys: readonly number[], configurations: number): SequentialDecision {
    const decision = searchSequential(programsOf(this.#prepared, keys), this.#prepared.classes, { budget: this.#budget, configurations, bytesHeld: 0 });
    this.#explored += decision.explored;
    return decision;
  }

  #convicted(keys: readonly number[]): Result {
    const { history, model } = this.#prepared;
    const kept = minimiseSequential(this.#prepared, keys);
    const ops = [...kept].flatMap(([k, list]) => list.map((op) => this.#prepared.keys[k]!.call[op]!)).sort((a, b) => a - b);
    const certificate: NotSequentialCertificate = {
      model: model.name,
      init: model.madeFrom ?? showState(model, model.init),
      failedConditions: this.#failedConditions,
      keys: [...kept.keys()].map((k) => (history.value(this.#prepared.keys[k]!.key) ?? null) as string | number | null),
      ops,
    };
    const anomaly: Anomaly = {
      type: 'not-sequential',
      ops,
      sentence: this.#sentence(kept),
      certificate: { kind: NOT_SEQUENTIAL, data: certificate as unknown as Value },
    };
    return { checker: this.#checker, stats: this.#stats(), valid: false, anomalies: [anomaly] };
  }

  /** Only what has been replayed is valid. */
  #acquitted(keys: readonly number[], order: readonly Step[]): Result {
    const { programs, loose } = programsOf(this.#prepared, keys);
    const all = [...programs.flat(), ...loose].sort((a, b) => a.invoke - b.invoke);
    const unknown = new Set(loose.map(({ invoke }) => invoke));
    const { model, classes } = this.#prepared;
    const operations = all.map(
      ({ cls, program, key, invoke }): ProcessOperation => ({ operation: classes.operation(cls), process: program, key, isLoose: unknown.has(invoke) }),
    );
    const place = new Map(all.map(({ invoke }, i) => [invoke, i]));
    const { ok, why } = replaySequential(
      model,
      operations,
      order.map(({ invoke }) => place.get(invoke)!),
    );
    if (ok) return { checker: this.#checker, stats: this.#stats(), valid: true };
    const reason = {
      code: 'witness-refused',
      message: `the sequential order that was found was refused by the verifier: ${why}`,
      remedy: 'Please report it with the history.',
    };
    return { checker: this.#checker, stats: this.#stats(), valid: 'unknown', reasons: [reason] };
  }

  #undecided(why: 'time' | 'memory' | 'cancelled'): Result {
    const reason: Reason =
      why === 'cancelled'
        ? { code: 'cancelled', message: 'the check was called off before sequential consistency had been decided' }
        : {
            code: `budget-${why}`,
            message: `the check ran out of ${why} before sequential consistency had been decided`,
            remedy: 'Give it a larger --budget.',
          };
    return { checker: this.#checker, stats: this.#stats(), valid: 'unknown', reasons: [reason] };
  }

  #sentence(kept: Kept): string {
    const { programs, loose } = programsOfKept(this.#prepared, kept);
    const { classes, model } = this.#prepared;
    const count = programs.flat().length + loose.length;
    const start = `no order in which each process does its operations in turn explains what ${count} operations returned`;
    if (count > MOST_NAMED) return start;
    const processOf = ({ invoke }: Step): number => this.#prepared.history.columns.process[invoke]!;
    const words = (step: Step): string => operationInWords(model, classes.operation(step.cls));
    const told = programs.filter((steps) => steps.length > 0).map((steps) => `process ${processOf(steps[0]!)}: ${steps.map(words).join(', ')}`);
    const maybe = loose.length === 0 ? [] : [`of unknown outcome: ${loose.map(words).join(', ')}`];
    return `${start} (${[...told, ...maybe].join('; ')})`;
  }

  #stats(): Value {
    const { model, keys, operations, checked, crashed } = this.#prepared;
    return {
      model: model.name,
      consistency: 'sequential',
      engine: 'sequential-search',
      keys: keys.length,
      operations,
      checked,
      crashed,
      configurations: this.#explored,
    };
  }
}
