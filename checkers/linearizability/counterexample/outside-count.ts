/**
 * Counts that cannot be, by adding up: what had certainly been done, and what could have been. Of a long history of a counter or
 * a semaphore every operation may matter, and so many orders nobody can try; but sums everybody can do. O(n).
 */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import type { CountForm } from '../models/model.ts';
import { type KeyOperations, NEVER, type Prepared } from '../problem/prepare.ts';
import { showState } from '../search/model-space.ts';
import { OUTSIDE_COUNT, type OutsideCountCertificate } from './finding.ts';
import { at, by, onKey, operationInWords } from './wording.ts';

/** Histories of fewer operations are told by all that happened in them. */
const FEW = 24;

/** The anomaly of a culprit that saw a count, or led to one, that no order allows by sums alone; undefined where they do not tell. */
export function outsideCount(prepared: Prepared, operations: KeyOperations, culprit: number, failedConditions: 'no-op' | 'observation'): Anomaly | undefined {
  const { model, classes, history } = prepared;
  const { count } = model;
  if (count === undefined) return undefined;
  const operation = classes.operation(operations.cls[culprit]!);
  const seen = operation.outcome === 'ok' ? count.sees(operation) : undefined;
  const sums = possibleCounts(prepared, operations, culprit, count, seen !== undefined);
  if (!isOutside(seen, sums, count)) return undefined;
  const culprits = failedAdds(prepared, operations, culprit, seen, sums);
  if (culprits.length === 0 && operations.count < FEW) return undefined;
  const invoke = operations.call[culprit]!;
  const key = history.value(operations.key);
  const certificate: OutsideCountCertificate = {
    model: model.name,
    init: model.madeFrom ?? showState(model, model.init),
    failedConditions,
    key: key === undefined ? null : (key as string | number),
    keyed: key !== undefined,
    failing: invoke,
    until: operations.ret[culprit]!,
    observed: seen ?? null,
    ...sums,
    culprits,
  };
  const what = `${operationInWords(model, operation)} ${by(history, invoke)}${onKey(history, operations.key)}`;
  const when = `(${at(history, invoke)} – ${at(history, operations.ret[culprit]!)})`;
  return {
    type: culprits.length > 0 ? 'failed-but-visible' : 'nonlinearizable',
    ops: [...culprits, invoke].sort((a, b) => a - b),
    sentence: `${what} ${when} ${whyNot(seen, sums, count)}${blamed(history, culprits)}`,
    certificate: { kind: OUTSIDE_COUNT, data: certificate as unknown as Value },
  };
}

interface Sums {
  readonly least: number;
  readonly most: number;
}

const isOutside = (seen: number | undefined, { least, most }: Sums, limits: CountForm): boolean =>
  seen === undefined ? most < limits.least || least > limits.most : seen < least || seen > most;

function whyNot(seen: number | undefined, { least, most }: Sums, limits: CountForm): string {
  const happened = 'by all that had happened, or could have, by then';
  if (seen !== undefined) {
    const could = least === most ? `be nothing but ${least}` : seen < least ? `be no less than ${least}` : `be no more than ${most}`;
    return `cannot be: ${happened}, the count could ${could}`;
  }
  const limit =
    most < limits.least ? `at most ${most}, and it is never less than ${limits.least}` : `at least ${least}, and it is never more than ${limits.most}`;
  return `was acknowledged, though ${happened}, the count would be ${limit}`;
}

/** Rule 1: failed operations that would explain what was seen, as nothing else does. */
function failedAdds({ history, model }: Prepared, operations: KeyOperations, culprit: number, seen: number | undefined, { least, most }: Sums): number[] {
  if (seen === undefined) return [];
  const culprits: number[] = [];
  let [low, high] = [least, most];
  for (const invoke of operations.failed) {
    if (invoke > operations.ret[culprit]!) break;
    const { f, value } = history.event(invoke);
    const change = model.count!.delta({ f, input: value, output: undefined, outcome: 'unknown' });
    if (!(seen > most ? change > 0 : change < 0)) continue;
    culprits.push(invoke);
    low += Math.min(0, change);
    high += Math.max(0, change);
  }
  return seen >= low && seen <= high ? culprits : [];
}

function blamed(history: History, culprits: readonly number[]): string {
  if (culprits.length === 0) return '';
  const errors = new Set(culprits.map((invoke) => history.errors[history.columns.error[history.columns.pair[invoke]!]!]?.code ?? 'a failure without an error'));
  return ` without ${culprits.length} that failed: either the system applied a write it refused, or the client's error table is wrong for ${[...errors].join(', ')}`;
}

/** Between what the count was, in any order: when the culprit happened, just after it (it tells), or when it had returned. */
function possibleCounts(
  { classes, model }: Prepared,
  { call, ret, cls, count: operations }: KeyOperations,
  culprit: number,
  { delta }: CountForm,
  tells: boolean,
): Sums {
  const until = ret[culprit]!;
  let least = model.init as number;
  let most = least;
  for (let op = 0; op < operations && call[op]! < until; op++) {
    const operation = classes.operation(cls[op]!);
    const change = operation.outcome === 'refused' ? 0 : delta(operation);
    const isCertain = op === culprit || (ret[op] !== NEVER && ret[op]! < (tells ? call[culprit]! : until));
    if (change > 0 || isCertain) most += change;
    if (change < 0 || isCertain) least += change;
  }
  return { least, most };
}
