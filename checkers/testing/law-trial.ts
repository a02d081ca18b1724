/** A checker put on trial: against its definition on random histories, with anomalies put into right ones, and by its cost. */
import type { Anomaly, Checker, History, Result, Value } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from './written-history.ts';

/** Draws an integer from 0 to limit - 1. */
export type Below = (limit: number) => number;

export type LawOptions = Readonly<Record<string, Value>>;

/** Puts one anomaly among the events, somewhere from `at` on and not far from there. */
export type Injection = (events: WrittenEvent[], at: number, below: Below) => void;

export interface LawTrial {
  readonly checker: Checker;
  /** Random histories are judged by each of these in turn. */
  readonly options: readonly LawOptions[];
  /** A short history: right ones, and wrong ones of every kind. */
  random(below: Below): WrittenEvent[];
  /** The definition: each anomaly as `type index`, the index being that of its last operation. */
  naive(history: History, options: LawOptions): readonly string[];
  /** A right history of about so many operations, and what it is judged by. */
  good(operations: number): Iterable<WrittenEvent>;
  readonly goodOptions: LawOptions;
  /** By what each must be called. */
  readonly injections: Readonly<Record<string, Injection>>;
  /** By anomaly: the injections that show it as well, beside its own. */
  readonly alsoShownBy?: Readonly<Record<string, readonly string[]>>;
}

export interface Comparison {
  readonly histories: number;
  readonly convicted: number;
  readonly unknown: number;
  readonly mismatches: readonly string[];
}

/** So many random histories against the definition; certificates of all convictions are verified. */
export function compareWithDefinition(trial: LawTrial, histories: number, seed: number | string): Comparison {
  const mismatches: string[] = [];
  const counts = { convicted: 0, unknown: 0 };
  const root = createRng(seed);
  for (let n = 0; n < histories; n++) {
    const rng = root.fork(n);
    const history = writtenHistory(trial.random((limit) => rng.int(0, limit - 1)));
    const options = trial.options[n % trial.options.length]!;
    const result = judge(trial, history, options);
    if (result.valid === false) counts.convicted++;
    if (result.valid === 'unknown') counts.unknown++;
    const anomalies = result.valid === false ? result.anomalies : [];
    const found = anomalies.map(({ type, ops }) => `${type} ${ops.at(-1)}`).sort();
    const expected = [...trial.naive(history, options)].sort();
    const refused = anomalies.map((anomaly) => verifyCertificate(history, anomaly)).find(({ ok }) => !ok);
    if (!agree(found, expected, anomalies)) mismatches.push(`history ${n} by ${JSON.stringify(options)}: [${found}] instead of [${expected}]`);
    else if (refused) mismatches.push(`history ${n} by ${JSON.stringify(options)}: [${found}] refused: ${refused.why}`);
  }
  return { histories, ...counts, mismatches };
}

/** Kinds of which the checker spells out as many as it ever does may have more. */
function agree(found: readonly string[], expected: readonly string[], anomalies: readonly Anomaly[]): boolean {
  const most = 8;
  const full = new Set(anomalies.map(({ type }) => type).filter((type) => anomalies.filter((other) => other.type === type).length >= most));
  const clipped = (all: readonly string[]) => all.filter((each) => !full.has(each.slice(0, each.lastIndexOf(' '))));
  return clipped(found).join() === clipped(expected).join() && found.every((each) => expected.includes(each));
}

export interface Injected {
  readonly histories: number;
  /** By anomaly: in how many histories it was found, once and by its name. */
  readonly found: Readonly<Record<string, number>>;
  /** Anomalies found that nobody had put there, and certificates that did not hold. */
  readonly foreign: readonly string[];
  /** Of the last history. */
  readonly anomalies: readonly Anomaly[];
}

/** Puts each anomaly once into each of so many right histories of so many operations. */
export function injectAnomalies(trial: LawTrial, histories: number, operations: number, seed: number | string): Injected {
  const found = Object.fromEntries(Object.keys(trial.injections).map((type) => [type, 0]));
  const foreign: string[] = [];
  let last: readonly Anomaly[] = [];
  const good = [...trial.good(operations)];
  for (let n = 0; n < histories; n++) {
    const rng = createRng(seed).fork(n);
    const below: Below = (limit) => rng.int(0, limit - 1);
    const events = [...good];
    const injections = Object.entries(trial.injections);
    // from the end to the beginning, each in a stretch of its own, so that one does not move the place of another
    for (const [i, [, inject]] of [...injections.entries()].reverse()) {
      const stretch = Math.floor((good.length * 0.9) / injections.length);
      inject(events, i * stretch + Math.floor(stretch / 4) + below(Math.floor(stretch / 2)), below);
    }
    const history = writtenHistory(events);
    const result = judge(trial, history, trial.goodOptions);
    const anomalies = result.valid === false ? result.anomalies : [];
    last = anomalies;
    for (const type of Object.keys(found)) {
      const expected = 1 + (trial.alsoShownBy?.[type]?.length ?? 0);
      if (anomalies.filter((anomaly) => anomaly.type === type).length === expected) found[type] = found[type]! + 1;
    }
    foreign.push(...anomalies.filter(({ type }) => !(type in found)).map(({ type, sentence }) => `${type}: ${sentence}`));
    for (const anomaly of anomalies) {
      const { ok, why } = verifyCertificate(history, anomaly);
      if (!ok) foreign.push(`${anomaly.type} refused: ${why}`);
    }
  }
  return { histories, found, foreign, anomalies: last };
}

/** The verdict on a right history of so many operations, and the processor time that it took, by `cpuMs`. */
export function judgeGood(trial: LawTrial, operations: number, cpuMs: () => number): { readonly result: Result; readonly ms: number } {
  const history = writtenHistory(trial.good(operations));
  const before = cpuMs();
  const result = judge(trial, history, trial.goodOptions);
  return { result, ms: cpuMs() - before };
}

function judge({ checker }: LawTrial, history: History, options: LawOptions): Result {
  return checker.check(history, checker.options.parse(options), UNLIMITED);
}
