/** Tells whatever has no teller of its own: the operations that the anomaly names, in their order. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { invocationOf } from '../operations.ts';
import { Clock, clause, operationsAt, type Story } from './story.ts';

export function tellGeneric(history: History, anomaly: Anomaly): Story {
  const ops = operationsAt(
    history,
    anomaly.ops.map((event) => invocationOf(history, event)),
  );
  const clock = new Clock(ops);
  return {
    ops,
    hits: ops.slice(-1).map((op) => op.index),
    arrows: [],
    proof: ops.map((op) => clause(op, clock)),
    thus: '',
    legal: null,
    key: ops[0]?.key ?? null,
  };
}
