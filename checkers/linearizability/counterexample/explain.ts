/** From "this operation cannot be explained" to an anomaly: minimised, in words, with the certificate. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import type { ModelOperation } from '../models/model.ts';
import type { KeyOperations, Prepared } from '../problem/prepare.ts';
import type { TimedOperation } from '../proof/oracle.ts';
import { showState } from '../search/model-space.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Conviction } from './earliest.ts';
import { type CertifiedOperation, SUB_HISTORY, type SubHistoryCertificate } from './finding.ts';
import { minimise } from './minimise.ts';
import { partaking } from './narrow.ts';
import { outsideCount } from './outside-count.ts';
import { possibleStates } from './possible-states.ts';
import { cutAt, KNOWN, LEFT_OUT, NOBODYS, type SubHistory, statesAtFirst } from './sub-history.ts';
import { inWords } from './wording.ts';

/** How many states a sentence names. */
const STATES_NAMED = 4;

/** The anomaly of a key whose history up to the return of the culprit is not linearizable. */
export function explain(prepared: Prepared, operations: KeyOperations, { culprit, core }: Conviction, failedConditions: 'no-op' | 'observation'): Anomaly {
  const outside = outsideCount(prepared, operations, culprit, failedConditions);
  if (outside !== undefined) return outside;
  const sub = minimise(operations, prepared.classes, culprit, core);
  const diagnosis = diagnose(prepared, operations, culprit, sub);
  const states = statesBefore(prepared, operations, culprit, sub);
  const kept = partaking(sub);
  const key = prepared.history.value(operations.key);
  const certificate: SubHistoryCertificate = {
    model: prepared.model.name,
    init: prepared.model.madeFrom ?? showState(prepared.model, prepared.model.init),
    failedConditions,
    key: key === undefined ? null : (key as string | number),
    keyed: key !== undefined,
    from: sub.from < 0 ? null : sub.from,
    until: sub.until,
    failing: operations.call[culprit]!,
    observed: observedBy(prepared.classes.operation(operations.cls[culprit]!)),
    states,
    ops: kept.map((op) => certified(prepared, operations, op, sub)),
    culprits: diagnosis.culprits,
    considered: cutAt(operations, prepared.classes, culprit).part.reduce((sum, part) => sum + (part === LEFT_OUT ? 0 : 1), 0),
  };
  return {
    type: diagnosis.type,
    ops: [...new Set([...kept.map((op) => operations.call[op]!), ...diagnosis.culprits])].sort((a, b) => a - b),
    sentence: sentenceOf(diagnosis, states),
    certificate: { kind: SUB_HISTORY, data: certificate as unknown as Value },
  };
}

function sentenceOf({ type, sentence }: Diagnosis, states: readonly Value[]): string {
  if (type !== 'nonlinearizable' || states.length === 0 || states.length > STATES_NAMED) return sentence;
  return `${sentence}: by then the state could only be ${states.map((state) => inWords(state)).join(' or ')}`;
}

function observedBy({ f, input, output, outcome }: ModelOperation): Value {
  if (outcome === 'refused' || f === 'cas') return Array.isArray(input) ? (input[0] ?? null) : input;
  return output ?? null;
}

function certified(prepared: Prepared, operations: KeyOperations, op: number, sub: SubHistory): CertifiedOperation {
  const { history, classes } = prepared;
  const invoke = operations.call[op]!;
  const known = sub.part[op] === KNOWN;
  const pair = history.columns.pair[invoke]!;
  const { f, input, output, outcome } = classes.operation(operations.cls[op]!);
  return {
    invoke,
    complete: pair < 0 ? null : pair,
    process: history.columns.process[invoke]!,
    f,
    input,
    output: known ? (output ?? null) : null,
    outcome: known ? outcome : 'unknown',
    start: history.columns.time[invoke]!,
    end: known ? history.columns.time[operations.ret[op]!]! : null,
    node: nodeOf(history, invoke),
  };
}

function nodeOf(history: History, event: number): string | null {
  return history.nodes[history.columns.node[event]!] ?? null;
}

function statesBefore(prepared: Prepared, operations: KeyOperations, culprit: number, sub: SubHistory): Value[] {
  const { model, classes } = prepared;
  const timed = (op: number): TimedOperation => {
    const known = sub.part[op] === KNOWN;
    return { operation: classes.operation(operations.cls[op]!), call: operations.call[op]!, ret: known ? operations.ret[op]! : Number.POSITIVE_INFINITY };
  };
  const others = partaking(sub)
    .filter((op) => op !== culprit)
    .map(timed);
  const inits: unknown[] = sub.from < 0 ? [model.init] : [...statesAtFirst(sub, operations, classes)];
  return possibleStates(model, others, timed(culprit), inits).filter((state) => state !== NOBODYS);
}
