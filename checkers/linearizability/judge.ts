/** From a history and a model to a verdict: cheap refutations over all keys, then searches, in rounds of growing effort. */
import type { Budget, History, Part, Result, Value } from '../../harness/contracts/index.ts';
import { type Conviction, earliest } from './counterexample/earliest.ts';
import { explain } from './counterexample/explain.ts';
import { firstIllegal } from './counterexample/first-illegal.ts';
import { refuteLocally } from './counterexample/refute-locally.ts';
import { type Doubt, type Findings, type GivenUp, inTurn, MOST_ANOMALIES, resultOf, type Turn } from './findings.ts';
import type { Model } from './models/model.ts';
import { type KeyOperations, NEVER, type Prepared, prepare } from './problem/prepare.ts';
import { replayWitness } from './proof/replay-witness.ts';
import { Refuter } from './refute.ts';
import type { Decision, Engine } from './search/engine.ts';
import { decide, ENGINES } from './search/engines.ts';

/** Configurations per key in the first round, at least and by operation, and how much more in each next one: no key starves the others. */
const FIRST_ROUND = 1_000;
const PER_OPERATION = 1;
const GROWTH = 10;
/** From this round on a few operations where the search got stuck are looked at for themselves. */
const LOCAL_ROUND = 2;
/** A key that took more configurations is dear to search again: its few telling operations are looked for first. */
const HARD = 50_000;
/** The round of cheap refutations. */
const REFUTATION = -1;

/** What a conviction stands on: the very operation, or what a search gave. */
type Found = Conviction | { readonly suspect: number; readonly explored: number };

/** Told of each key that is linearizable: the key, and the invocations of its operations in an order that has been replayed. */
export type OrderSink = (key: Value | undefined, invocations: Int32Array) => void;

export interface JudgeOptions {
  /** Instead of the model's own reading of a conditional operation's `fail` without an error. */
  readonly failedCas?: 'noop' | 'observation' | undefined;
  readonly engines?: readonly Engine[] | undefined;
  readonly onOrder?: OrderSink | undefined;
  /** Only these keys. */
  readonly group?: Part | undefined;
}

/** Judges all keys. Throws ORDEAL_FOREIGN_HISTORY. */
export function judge(
  checker: string,
  history: History,
  model: Model,
  failedCas: 'noop' | 'observation' | undefined,
  budget: Budget,
  engines: readonly Engine[] = ENGINES,
  onOrder?: OrderSink,
): Result {
  return resultOf(checker, [findingsOf(history, model, { failedCas, engines, onOrder }, budget)]);
}

/** Judges all keys, or those of a group. Throws ORDEAL_FOREIGN_HISTORY where it is about all keys. */
export function findingsOf(history: History, model: Model, { failedCas, engines = ENGINES, onOrder, group }: JudgeOptions, budget: Budget): Findings {
  const failedConditions = failedCas === undefined ? (model.failedConditions ?? 'no-op') : failedCas === 'noop' ? 'no-op' : 'observation';
  const prepared = prepare(history, model, { failedConditions, group });
  const trial = new Trial(prepared, failedConditions, budget, engines, onOrder);
  // Of a group nobody knows whether anything completed in the others.
  if (prepared.checked > 0 || group) trial.run();
  return trial.findings();
}

class Trial {
  readonly #prepared: Prepared;
  readonly #failedConditions: 'no-op' | 'observation';
  readonly #budget: Budget;
  readonly #bytesHeld: number;
  readonly #convicted = new Map<KeyOperations, Found>();
  readonly #convictedBy = new Map<KeyOperations, string>();
  readonly #convictedIn = new Map<KeyOperations, Turn>();
  /** Where the last search of a key got stuck: there is no need to look there twice. */
  readonly #suspects = new Map<KeyOperations, number>();
  readonly #anomalies: Findings['anomalies'][number][] = [];
  readonly #doubts: Findings['doubts'][number][] = [];
  readonly #engines: readonly Engine[];
  readonly #onOrder: OrderSink | undefined;
  readonly #decidedBy = new Map<string, number>();
  #undecided: KeyOperations[] = [];
  #round = REFUTATION;
  #gaveUp: GivenUp | undefined;
  #explored = 0;
  #decidedOperations = 0;

  constructor(prepared: Prepared, failedConditions: 'no-op' | 'observation', budget: Budget, engines: readonly Engine[], onOrder?: OrderSink) {
    this.#engines = engines;
    this.#onOrder = onOrder;
    this.#prepared = prepared;
    this.#failedConditions = failedConditions;
    this.#budget = budget;
    this.#bytesHeld = prepared.classes.bytes + prepared.operations * 16;
  }

  run(): void {
    // Small keys first: a conviction there is as good, and comes sooner.
    this.#undecided = inTurn(this.#prepared.keys.filter((key) => key.count > 0).map((key) => ({ key, turn: this.#turn(key) }))).map(({ key }) => key);
    const refuter = new Refuter(this.#prepared);
    this.#settle((key) => {
      const culprit = refuter.refute(key);
      if (culprit < 0) return false;
      this.#convict(key, { culprit }, 'refutation');
      return true;
    });
    for (let round = 0; this.#undecided.length > 0 && this.#gaveUp === undefined; round++) {
      this.#round = round;
      // Some engines are quicker to find an order, others to find that there is none: they take turns.
      const engines = round % 2 === 0 ? this.#engines : this.#engines.toReversed();
      this.#settle((key) => this.#search(key, engines, round));
    }
    for (const [key, found] of this.#convicted) {
      if (this.#anomalies.length >= MOST_ANOMALIES) break;
      const conviction = 'suspect' in found ? { culprit: this.#locate(key, found.suspect, found.explored) } : this.#earlier(key, found);
      this.#anomalies.push({ turn: this.#convictedIn.get(key)!, anomaly: explain(this.#prepared, key, conviction, this.#failedConditions) });
    }
  }

  findings(): Findings {
    const { model, keys, operations, foreign, checked, crashed, history } = this.#prepared;
    const why = this.#gaveUp;
    return {
      model: model.name,
      keys: keys.length,
      operations,
      foreign,
      checked,
      crashed,
      failed: keys.reduce((sum, key) => sum + key.failed.length, 0),
      explored: this.#explored,
      decidedBy: [...this.#decidedBy],
      convictedKeys: this.#convicted.size,
      anomalies: this.#anomalies,
      doubts: this.#doubts,
      open: why === undefined ? [] : this.#undecided.map((key) => ({ turn: this.#turn(key), key: history.value(key.key), why })),
    };
  }

  /** Goes through the undecided keys; those for which `decide` answers true are decided. */
  #settle(decide: (key: KeyOperations) => boolean): void {
    this.#undecided = this.#undecided.filter((key) => {
      if (this.#gaveUp === undefined) this.#gaveUp = this.#budget.exceeded(this.#bytesHeld) || undefined;
      if (this.#gaveUp !== undefined || !decide(key)) return true;
      this.#decidedOperations += key.count;
      this.#budget.progress(this.#decidedOperations, this.#prepared.checked + this.#prepared.crashed);
      return false;
    });
  }

  #search(key: KeyOperations, engines: readonly Engine[], round: number): boolean {
    const configurations = GROWTH ** round * Math.max(FIRST_ROUND, PER_OPERATION * key.count);
    const [engine, decision] = this.#decide(key, engines, configurations);
    if (decision.kind === 'illegal') {
      const { suspect, certain, core, explored } = decision;
      this.#convict(key, certain ? { culprit: suspect, ...(core && { core }) } : { suspect, explored }, engine);
      return true;
    }
    if (decision.kind === 'legal') {
      this.#acquit(key, decision.witness, engine);
      return true;
    }
    // Memory is given back after each key; another one may still fit. Time is over for all.
    if (decision.why === 'time' || decision.why === 'cancelled') this.#gaveUp = decision.why;
    if (decision.why === 'unsuitable') return this.#doubt(key, 'unsuitable', engine);
    if (decision.why === 'memory') return this.#doubt(key, 'memory');
    if (round < LOCAL_ROUND || decision.why !== 'configurations' || decision.suspect === undefined || this.#suspects.get(key) === decision.suspect)
      return false;
    this.#suspects.set(key, decision.suspect);
    const culprit = refuteLocally(key, this.#prepared.classes, decision.suspect, this.#budget);
    if (culprit >= 0) this.#convict(key, { culprit }, 'local-refutation');
    return culprit >= 0;
  }

  /** The operation at whose return a key is illegal already, when a search knows no more than where to look. */
  #locate(key: KeyOperations, suspect: number, explored: number): number {
    const { classes } = this.#prepared;
    const culprit = explored > HARD ? refuteLocally(key, classes, suspect, this.#budget) : -1;
    return culprit >= 0 ? culprit : firstIllegal(key, classes, suspect, explored, this.#budget);
  }

  #earlier(key: KeyOperations, found: Conviction): Conviction {
    const engine = this.#engines.find(({ name }) => name === this.#convictedBy.get(key));
    return found.core && engine ? earliest(this.#prepared, key, found, engine) : found;
  }

  /** By the first engine that can tell with so many configurations. */
  #decide(key: KeyOperations, engines: readonly Engine[], configurations: number): [string, Decision] {
    const limits = { budget: this.#budget, configurations, bytesHeld: this.#bytesHeld };
    const [engine, decision] = decide({ operations: key, classes: this.#prepared.classes }, limits, engines);
    this.#explored += decision.explored;
    return [engine, decision];
  }

  /** Nothing more is done for the key: it stays undecided, and is told. */
  #doubt(key: KeyOperations, why: Doubt['why'], engine = '', detail = ''): true {
    this.#doubts.push({ turn: this.#turn(key), doubt: { why, key: this.#prepared.history.value(key.key), engine, detail } });
    return true;
  }

  #turn({ call, failed, count }: KeyOperations): Turn {
    return { round: this.#round, operations: count, first: Math.min(call[0] ?? NEVER, failed[0] ?? NEVER) };
  }

  /** Only what has been replayed is legal. */
  #acquit(key: KeyOperations, witness: Int32Array, engine: string): void {
    this.#count(engine);
    const { ok, why } = replayWitness(key, this.#prepared.classes, witness);
    if (ok) {
      this.#onOrder?.(
        this.#prepared.history.value(key.key),
        witness.map((op) => key.call[op]!),
      );
      return;
    }
    this.#doubt(key, 'refused', engine, why);
  }

  #count(engine: string): void {
    this.#decidedBy.set(engine, (this.#decidedBy.get(engine) ?? 0) + 1);
  }

  #convict(key: KeyOperations, found: Found, engine: string): void {
    this.#convicted.set(key, found);
    this.#convictedBy.set(key, engine);
    this.#convictedIn.set(key, this.#turn(key));
    this.#count(engine);
  }
}
