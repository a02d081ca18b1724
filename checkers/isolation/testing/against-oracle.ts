/** The checker against the oracle on random small histories: no wrong verdict about any model, and every certificate holds. */
import type { Result } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { analyseHistory, judgeAnalysed } from '../checker.ts';
import { impliesModel, MODEL_NAMES, type ModelName } from '../models/models.ts';
import { operations, serializable, snapshotIsolated, type TimeOrder } from './oracle.ts';
import { atomicallyVisible } from './oracle-axioms.ts';
import { keepsProcesses } from './oracle-processes.ts';
import { readsMoments } from './oracle-reads.ts';
import { keepsRegisterSessions } from './oracle-register-sessions.ts';
import { committedRegisters } from './oracle-register-versions.ts';
import { keepsSessions } from './oracle-sessions.ts';
import { committedLists } from './oracle-versions.ts';
import { randomLists } from './random-lists.ts';
import { randomRegisters } from './random-registers.ts';
import { type SmallTransaction, smallHistory } from './small-history.ts';

type Oracle = (transactions: readonly SmallTransaction[]) => boolean;

/** Of the history at hand each is asked once, for however many models. */
function remembered(oracle: Oracle): Oracle {
  let last: readonly SmallTransaction[] | undefined;
  let holds = false;
  return (all) => {
    if (all !== last) [holds, last] = [oracle(all), all];
    return holds;
  };
}

/** What keeps real time keeps the order of processes, and so on: the same order is tried for the weaker question first. */
function byOrder(oracle: (all: readonly SmallTransaction[], order: TimeOrder) => boolean): Readonly<Record<TimeOrder, Oracle>> {
  const realtime = remembered((all) => oracle(all, 'realtime'));
  const process = remembered((all) => realtime(all) || oracle(all, 'process'));
  return { realtime, process, none: remembered((all) => process(all) || oracle(all, 'none')) };
}

const SERIAL = byOrder(serializable);
const SNAPSHOTS = byOrder(snapshotIsolated);
const OPERATIONS = byOrder(operations);
const COMMITTED = byOrder((all, order) => committedLists(all, 'read-committed', order));
const CONSISTENT_LISTS = remembered((all) => committedLists(all, 'consistent-view', 'none'));
const CONSISTENT_REGISTERS = remembered((all) => committedRegisters(all, 'consistent-view'));

/** What the oracle can decide of lists. Whatever is visible, lists are versions of which each continues the one before. */
const LIST_ORACLES: Partial<Record<ModelName, Oracle>> = {
  serializable: SERIAL.none,
  'strong-session-serializable': SERIAL.process,
  'strong-serializable': SERIAL.realtime,
  'snapshot-isolation': SNAPSHOTS.none,
  'strong-session-snapshot-isolation': SNAPSHOTS.process,
  'strong-snapshot-isolation': SNAPSHOTS.realtime,
  'read-committed': COMMITTED.none,
  'strong-session-read-committed': COMMITTED.process,
  'monotonic-view': (all) => committedLists(all, 'monotonic-view', 'none'),
  'monotonic-snapshot-read': (all) => COMMITTED.none(all) && readsMoments(all),
  // Nobody says when transactions start: it is the same.
  'forward-consistent-view': CONSISTENT_LISTS,
  'update-atomic': (all) => COMMITTED.none(all) && atomicallyVisible(all, { noConflict: true }),
  PRAM: (all) => keepsProcesses(all, 'PRAM'),
  causal: (all) => keepsProcesses(all, 'causal'),
  'consistent-view': CONSISTENT_LISTS,
  'update-serializable': (all) => committedLists(all, 'update-serializable', 'none'),
  // Without predicates it is the same.
  'repeatable-read': SERIAL.none,
  'strong-read-committed': COMMITTED.realtime,
  sequential: OPERATIONS.process,
  linearizable: OPERATIONS.realtime,
  'read-atomic': (all) => COMMITTED.none(all) && atomicallyVisible(all, {}),
  'causal-cerone': (all) => COMMITTED.none(all) && atomicallyVisible(all, { transitive: true, sessions: true }),
  'parallel-snapshot-isolation': (all) => COMMITTED.none(all) && atomicallyVisible(all, { transitive: true, noConflict: true }),
  prefix: (all) => COMMITTED.none(all) && atomicallyVisible(all, { transitive: true, prefix: true }),
  'monotonic-reads': (all) => keepsSessions(all, 'monotonic-reads'),
  'monotonic-writes': (all) => keepsSessions(all, 'monotonic-writes'),
  'read-your-writes': (all) => keepsSessions(all, 'read-your-writes'),
  'writes-follow-reads': (all) => keepsSessions(all, 'writes-follow-reads'),
};

/** What it can decide of registers. */
const REGISTER_ORACLES: Partial<Record<ModelName, Oracle>> = {
  ...Object.fromEntries(
    Object.entries(LIST_ORACLES).filter(([model]) => /(?:^|-)serializable|snapshot-isolation/.test(model) && !/^(?:parallel|update)/.test(model)),
  ),
  'read-committed': (all) => committedRegisters(all, 'read-committed'),
  'consistent-view': CONSISTENT_REGISTERS,
  'forward-consistent-view': CONSISTENT_REGISTERS,
  'update-serializable': (all) => committedRegisters(all, 'update-serializable'),
  'read-atomic': (all) => atomicallyVisible(all, {}),
  'causal-cerone': (all) => atomicallyVisible(all, { transitive: true, sessions: true }),
  'update-atomic': (all) => atomicallyVisible(all, { noConflict: true }),
  'parallel-snapshot-isolation': (all) => atomicallyVisible(all, { transitive: true, noConflict: true }),
  prefix: (all) => atomicallyVisible(all, { transitive: true, prefix: true }),
  sequential: OPERATIONS.process,
  linearizable: OPERATIONS.realtime,
  PRAM: (all) => keepsProcesses(all, 'PRAM'),
  causal: (all) => keepsProcesses(all, 'causal'),
  'monotonic-reads': (all) => keepsRegisterSessions(all, 'monotonic-reads'),
  'monotonic-writes': (all) => keepsRegisterSessions(all, 'monotonic-writes'),
  'read-your-writes': (all) => keepsRegisterSessions(all, 'read-your-writes'),
  'writes-follow-reads': (all) => keepsRegisterSessions(all, 'writes-follow-reads'),
};

export interface FuzzTally {
  /** Verdicts on models, by value. */
  valid: number;
  invalid: number;
  unknown: number;
  /** Certificates that were verified. */
  certificates: number;
}

/** Throws an Error with the history at the first disagreement. */
export function fuzzLists(cases: number, seed: string, most: number): FuzzTally {
  const tally: FuzzTally = { valid: 0, invalid: 0, unknown: 0, certificates: 0 };
  for (let i = 0; i < cases; i++) {
    const transactions = randomLists(createRng(seed).fork(i), most);
    compare(transactions, 'list-append', LIST_ORACLES, tally, `seed ${seed}, history ${i}`);
  }
  return tally;
}

/** The same of registers. */
export function fuzzRegisters(cases: number, seed: string, most: number): FuzzTally {
  const tally: FuzzTally = { valid: 0, invalid: 0, unknown: 0, certificates: 0 };
  for (let i = 0; i < cases; i++) {
    const transactions = randomRegisters(createRng(seed).fork(i), most);
    compare(transactions, 'rw-register', REGISTER_ORACLES, tally, `seed ${seed}, history ${i}`);
  }
  return tally;
}

function compare(
  transactions: readonly SmallTransaction[],
  workload: 'list-append' | 'rw-register',
  oracles: Partial<Record<ModelName, Oracle>>,
  tally: FuzzTally,
  where: string,
): void {
  const history = smallHistory(transactions);
  const told = (what: string): Error => new Error(`${where}: ${what}\n${transactions.map((one) => JSON.stringify(one)).join('\n')}`);
  const analysed = analyseHistory(history, workload, UNLIMITED);
  const check = (model: ModelName): Result => judgeAnalysed(analysed, [model], []);
  const verdicts = new Map<ModelName, Result['valid']>();
  const verified = new Set<string>();
  for (const model of MODEL_NAMES) {
    const result = check(model);
    verdicts.set(model, result.valid);
    for (const anomaly of result.valid === false ? result.anomalies : []) {
      if (verified.has(anomaly.sentence)) continue;
      verified.add(anomaly.sentence);
      const { ok, why } = verifyCertificate(history, anomaly);
      if (!ok) throw told(`the certificate of "${anomaly.sentence}" does not hold: ${why}`);
      tally.certificates++;
    }
  }
  for (const [model, oracle] of Object.entries(oracles) as [ModelName, Oracle][]) {
    const verdict = verdicts.get(model)!;
    if (verdict === 'unknown') tally.unknown++;
    else if (oracle(transactions) !== verdict) throw told(`${model} is ${!verdict}, the checker says ${verdict}`);
    else if (verdict) tally.valid++;
    else tally.invalid++;
  }
  monotone(verdicts, told);
}

/** A model that holds leaves none that it implies refuted. */
export function monotone(verdicts: ReadonlyMap<ModelName, Result['valid']>, told: (what: string) => Error): void {
  for (const [strong, verdict] of verdicts) {
    if (verdict !== true) continue;
    for (const [weak, other] of verdicts) {
      if (impliesModel(strong, weak) && other !== true) throw told(`${strong} is true and implies ${weak}, which is ${other}`);
    }
  }
}
