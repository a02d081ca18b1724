/**
 * Serializability and snapshot isolation of registers, each alone, with sessions, and with real time, and what is weaker:
 * prefix consistency, parallel snapshot isolation, consistent view. Decided by a polygraph, proved by replaying an order, refuted
 * by a small part of the history that has none.
 */
import type { Anomaly, Budget, HistoryColumns, Reason, Value } from '../../../harness/contracts/index.ts';
import { BudgetExhausted, exhaustedReason } from '../../verdict/exhausted.ts';
import { impliesAnomaly } from '../models/anomalies.ts';
import { forbiddenBy, type ModelName } from '../models/models.ts';
import { READ } from '../transactions/columns.ts';
import { ScaleOrderer } from './order-at-scale.ts';
import { type Shape, solvePolygraph } from './polygraph.ts';
import { type LevelsMaterial, registerProblem, type TimeOrder } from './problem.ts';
import { replays } from './replay.ts';

interface Level {
  readonly shape: Shape;
  readonly order: TimeOrder;
  readonly model: ModelName;
  /** What a history has for which there is no order. */
  readonly anomaly: string;
}

/** Weaker ones first. */
const LEVELS: readonly Level[] = [
  { shape: 'snapshot', order: 'none', model: 'snapshot-isolation', anomaly: 'no-snapshot-order' },
  { shape: 'serial', order: 'none', model: 'serializable', anomaly: 'no-serial-order' },
  { shape: 'snapshot', order: 'process', model: 'strong-session-snapshot-isolation', anomaly: 'no-snapshot-order-process' },
  { shape: 'serial', order: 'process', model: 'strong-session-serializable', anomaly: 'no-serial-order-process' },
  { shape: 'snapshot', order: 'realtime', model: 'strong-snapshot-isolation', anomaly: 'no-snapshot-order-realtime' },
  { shape: 'serial', order: 'realtime', model: 'strong-serializable', anomaly: 'no-serial-order-realtime' },
];

/** Looked at where snapshot isolation does not hold. */
const WEAKER_LEVELS: readonly Level[] = [
  { shape: 'prefix', order: 'none', model: 'prefix', anomaly: 'no-prefix-order' },
  { shape: 'parallel', order: 'none', model: 'parallel-snapshot-isolation', anomaly: 'no-parallel-order' },
];

/** More transactions are not put into one polygraph: its rows of bits would take too much room. */
const MOST_TRANSACTIONS = 3000;
/** A refutation of more transactions is none that one could check by trying all orders. */
const LARGEST_REFUTATION = 64;

const WORDS: Readonly<Record<Shape, string>> = {
  serial: 'no serial order',
  snapshot: 'no order of snapshots and commits',
  prefix: 'no order of commits, and of prefixes of it that were read,',
  parallel: 'no order of versions, with which nobody missed what came before what it saw,',
};

/** What holds where versions have an order in which nobody who missed a write depends on it. */
const PARALLEL: readonly ModelName[] = ['parallel-snapshot-isolation', 'consistent-view', 'forward-consistent-view'];

export interface LevelsJudged {
  readonly anomalies: readonly Anomaly[];
  /** Models that hold. */
  readonly proved: ReadonlySet<ModelName>;
  readonly undecided: readonly Reason[];
}

/** What holds of a strictly serial history. */
export const ALL_LEVELS: ReadonlySet<ModelName> = new Set(LEVELS.map(({ model }) => model));

/** `found`: anomalies known already; levels that they refute are not looked at. */
export function judgeLevels(material: LevelsMaterial, columns: HistoryColumns, found: ReadonlySet<string>, budget: Budget): LevelsJudged {
  const chosen: number[] = [];
  for (let t = 0; t < material.transactions.count; t++) if (material.versions.committed[t] === 1) chosen.push(t);
  const judge = new LevelJudge(material, chosen, new Set(found), budget);
  judge.run(new ScaleOrderer(material, columns, budget));
  return judge;
}

class LevelJudge implements LevelsJudged {
  readonly anomalies: Anomaly[] = [];
  readonly proved = new Set<ModelName>();
  readonly undecided: Reason[] = [];
  readonly #material: LevelsMaterial;
  readonly #chosen: readonly number[];
  readonly #found: Set<string>;
  readonly #budget: Budget;

  constructor(material: LevelsMaterial, chosen: readonly number[], found: Set<string>, budget: Budget) {
    this.#material = material;
    this.#chosen = chosen;
    this.#found = found;
    this.#budget = budget;
  }

  run(scale: ScaleOrderer): void {
    try {
      // What holds under the strongest holds under all.
      if (this.#judgeAtScale(LEVELS.at(-1)!, scale, 'proof')) for (const { model } of LEVELS) this.proved.add(model);
      else if (this.#chosen.length > MOST_TRANSACTIONS) for (const level of LEVELS) this.#judgeAtScale(level, scale, 'either');
      else if (this.#judge(LEVELS.at(-1)!, 'proof')) for (const { model } of LEVELS) this.proved.add(model);
      else {
        for (const level of LEVELS) this.#judge(level, 'either');
        if (!this.proved.has('snapshot-isolation')) for (const level of WEAKER_LEVELS) this.#judge(level, 'either');
      }
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      this.undecided.push(exhaustedReason(error.why));
    }
  }

  #isRefuted(model: ModelName): boolean {
    return [...this.#found].some((one) => [...forbiddenBy(model)].some((forbidden) => impliesAnomaly(one, forbidden)));
  }

  /** As `#judge`, of any number of transactions, but not always to an end. */
  #judgeAtScale(level: Level, scale: ScaleOrderer, want: 'proof' | 'either'): boolean {
    const { model, shape, order } = level;
    const { transactions } = this.#material;
    if (this.#isRefuted(model) || this.proved.has(model)) return this.proved.has(model);
    if (shape === 'parallel' || shape === 'prefix') return false;
    const found = scale.order(order, shape);
    if (found.kind === 'order') {
      const holds = replays(
        transactions,
        Array.from({ length: transactions.count }, (_, t) => t),
        found.points,
        shape,
      );
      if (holds) this.proved.add(model);
      return holds;
    }
    if (want === 'proof') return false;
    if (found.kind === 'none') this.#refute(level, found.part);
    else this.#leaveOpen(model, found.size);
    return false;
  }

  #leaveOpen(model: ModelName, size: number): void {
    const message = `for ${model}, ${size} transactions depend on one another so that no order of their versions was found`;
    this.undecided.push({ code: 'too-many-transactions', message, remedy: 'Append to lists instead, whose reads show the order.' });
  }

  /** What one transaction says alone was looked at before, and refutes: then nothing but first reads is left, of versions with one writer. */
  #everyReadCounts(): boolean {
    return this.#material.versions.ambiguous === 0;
  }

  #refute(level: Level, part: readonly number[]): void {
    this.#found.add(level.anomaly);
    const refutation = this.#refutation(level, part);
    this.anomalies.push(refutation);
    const { type, ops, certificate } = refutation;
    if (type !== 'no-serial-order' || this.#isRefuted('update-serializable') || this.#readersOf(ops) > 1) return;
    this.#found.add('no-update-order');
    const data = { ...(certificate.data as { readonly [name: string]: Value }), type: 'no-update-order' };
    this.anomalies.push({ ...refutation, type: 'no-update-order', certificate: { ...certificate, data } });
  }

  /** Of the transactions at these events, how many only read. */
  #readersOf(events: readonly number[]): number {
    const { transactions, names } = this.#material;
    const { kind, firstOp } = transactions;
    return this.#chosen.filter((t) => events.includes(names.event(t)) && kind.subarray(firstOp[t], firstOp[t + 1]).every((one) => one === READ)).length;
  }

  /** Whether it is proved now. With `proof`, what is refuted is not told: a weaker level may be as well. */
  #judge(level: Level, want: 'proof' | 'either'): boolean {
    const { model, shape, order } = level;
    const refuted = this.#isRefuted(model);
    if (refuted || this.proved.has(model)) return !refuted;
    const { transactions, versions } = this.#material;
    const solution = solvePolygraph(registerProblem(transactions, versions, this.#chosen, order), shape, this.#budget);
    if (solution === 'open') {
      if (want === 'either') this.#leaveOpen(model, this.#chosen.length);
      return false;
    }
    if (solution !== 'none') {
      const holds = shape === 'parallel' ? this.#everyReadCounts() : replays(transactions, this.#chosen, solution, shape);
      if (holds) for (const one of shape === 'parallel' ? PARALLEL : [model]) this.proved.add(one);
      return holds;
    }
    if (want === 'either') this.#refute(level, this.#chosen);
    return false;
  }

  #refutation({ anomaly, shape, order }: Level, found: readonly number[]): Anomaly {
    const { transactions, versions, names } = this.#material;
    const core = smallest(found, (part) => solvePolygraph(registerProblem(transactions, versions, part, order), shape, this.#budget) === 'none');
    const time = order === 'none' ? '' : order === 'process' ? ' that keeps the order of sessions' : ' that keeps real time';
    const what = `${WORDS[shape]}${time}`;
    if (core.length > LARGEST_REFUTATION) {
      this.undecided.push({ code: 'large-refutation', message: `the smallest part of the history found that has ${what} is of ${core.length} transactions` });
    }
    return {
      type: anomaly,
      ops: core.map((t) => names.event(t)),
      sentence: `${what} explains what ${core.map((t) => names.transaction(t)).join(', ')} read, whichever of their writes to a key came first`,
      certificate: { kind: 'isolation/no-order', data: { type: anomaly, transactions: core.map((t) => names.event(t)) } },
    };
  }
}

/** A part that still `fails` and of which no single one can be left out (Zeller and Hildebrandt 2002). */
function smallest(all: readonly number[], fails: (part: readonly number[]) => boolean): readonly number[] {
  let part = all;
  for (let size = part.length >> 1; size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let at = 0; at < part.length; ) {
      const without = [...part.slice(0, at), ...part.slice(at + size)];
      if (without.length > 0 && fails(without)) part = without;
      else at += size;
    }
  }
  return part;
}
