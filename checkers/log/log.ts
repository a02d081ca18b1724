/**
 * The checker `log`: partitioned logs as Kafka has them. Sends are acknowledged with their offsets, consumers poll records in
 * the order of the offsets, transactions do several of both. After Jepsen's kafka workload (io.jepsen/tests, kafka), with
 * three differences: what is lost needs a consumer that demonstrably read past it, unknown transactions of which a part was
 * polled are held to the rest, and dependency cycles between transactions are not searched for. Linear, but for putting
 * offsets into order where they did not come so.
 */
import { z } from 'zod';
import type { Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { FAIL, OK } from '../../harness/history/columns.ts';
import { words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { collectLog } from './collect.ts';
import type { LogColumns } from './columns.ts';
import { LOG_ANOMALIES, type LogAnomaly } from './findings.ts';
import { judgeLog } from './judge.ts';
import { LogReport } from './tell.ts';

const NAMES = Object.keys(LOG_ANOMALIES) as [LogAnomaly, ...LogAnomaly[]];

const options = z.strictObject({
  allow: z
    .array(z.enum(NAMES))
    .default(['int-send-skip'])
    .describe(`Anomalies that are counted and do not convict. By default int-send-skip: writers interleave. There are: ${NAMES.join(', ')}.`),
  rebalances: z
    .enum(['any-time', 'recorded'])
    .default('any-time')
    .describe(
      'Whether the group may move a subscribed consumer at any time between its polls, or only where its answers say ["rebalance", [keys]]. Consumers that were assigned their partitions are never moved.',
    ),
  group: z
    .enum(['exactly-once', 'at-least-once'])
    .default('at-least-once')
    .describe('With exactly-once no two transactions of subscribed consumers may take the same record.'),
  caughtUpAfter: z
    .int()
    .min(1)
    .default(3)
    .describe('So many empty polls in a row of a consumer that is new after the last send, and so reads from the beginning, say that it has read to the end.'),
});

export type LogCheckOptions = z.infer<typeof options>;

/** See the head of the file. */
export const log: Checker<LogCheckOptions> = {
  name: 'log',
  summary: 'A partitioned log keeps what it acknowledged, once, in one order, and consumers get all of it in that order; transactions whole or not at all.',
  options,
  check(history: History, { allow, rebalances, group, caughtUpAfter }: LogCheckOptions, budget: Budget): Result {
    const reading = { rebalances, caughtUpAfter };
    const columns = collectLog(history, reading, budget);
    const { findings, undecided } = judgeLog(columns, { group });
    const report = new LogReport(history, columns, reading);
    const { anomalies, counts } = spellOutByType(findings, NAMES, (finding) => report.tell(finding), allow);
    return conclude('log', statsOf(columns, counts, undecided), anomalies, openQuestions(history, columns, undecided));
  },
};

function statsOf(log: LogColumns, anomalies: Value, undecided: number): Value {
  const sends = { acknowledged: 0, failed: 0, unknown: 0, recovered: 0 };
  for (let send = 0; send < log.sends.op.length; send++) {
    const outcome = log.ops.outcome[log.sends.op[send]!]!;
    if (outcome === OK) sends.acknowledged++;
    else if (outcome === FAIL) sends.failed++;
    else if (log.values.seen[log.sends.value[send]!] === -1) sends.unknown++;
    else sends.recovered++;
  }
  return {
    operations: log.ops.invoke.length,
    transactions: log.ops.txn.reduce((total, txn) => total + txn, 0),
    keys: log.keys.length,
    sends,
    polls: log.polls,
    records: log.records.op.length,
    rebalances: log.rebalances,
    finalConsumers: log.finalReaders.length,
    caughtUp: log.finalReaders.filter(({ caughtUp }) => caughtUp !== -1).length,
    undecided,
    anomalies,
  };
}

function openQuestions(history: History, log: LogColumns, undecided: number): Reason[] {
  const reasons: Reason[] = [];
  if (!log.values.acked.some((send) => send !== -1))
    reasons.push({ code: 'nothing-acknowledged', message: 'no send was acknowledged, so nothing could be lost' });
  else if (log.records.op.length === 0)
    reasons.push({ code: 'nothing-polled', message: 'no poll returned a record, so nothing is known of what the log holds' });
  const [foreign] = log.foreign;
  if (foreign !== undefined) {
    const f = history.event(foreign).f;
    reasons.push({ code: 'foreign-operations', message: `${log.foreign.length} operations are none of a log (event ${foreign}: "${f}")` });
  }
  const [malformed] = log.malformed;
  if (malformed !== undefined) {
    const value = words(history.event(malformed).value);
    reasons.push({ code: 'malformed-operation', message: `${log.malformed.length} operations are no list of sends and polls (event ${malformed}: ${value})` });
  }
  if (undecided > 0) {
    reasons.push({
      code: 'no-final-poll',
      message: `${undecided} values that must be in the log were never polled, and no final consumer read to the end`,
      remedy: 'When everything is sent, let a new consumer read from the beginning until its polls stay empty.',
    });
  }
  return reasons;
}
