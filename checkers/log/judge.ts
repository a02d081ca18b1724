/** From the columns of a log to everything that is wrong with it. Linear but for putting the offsets of each key into order. */
import { FAIL, OK } from '../../harness/history/columns.ts';
import type { LogColumns } from './columns.ts';
import type { LogAnomaly, LogFinding } from './findings.ts';
import { findLosses } from './losses.ts';
import { OffsetOrder } from './offset-order.ts';

export interface LogJudgement {
  readonly findings: readonly LogFinding[];
  /** How many values nobody knows of whether they are there. */
  readonly undecided: number;
}

export interface LogPromises {
  /** What a group's transactions do with a record: each is taken by one of them, or maybe by more. */
  readonly group: 'exactly-once' | 'at-least-once';
}

/** O(records + sends + values + offsets · log offsets, where they did not come in order). */
export function judgeLog(log: LogColumns, { group }: LogPromises): LogJudgement {
  const order = new OffsetOrder(log);
  const { findings, undecided } = findLosses(log, order);
  return {
    findings: [
      ...findings,
      ...contradictions(log),
      ...impossibleReads(log),
      ...ownReads(log),
      ...brokenPolls(log, order),
      ...brokenSends(log, order),
      ...(group === 'exactly-once' ? consumedTwice(log) : []),
    ],
    undecided,
  };
}

function contradictions({ moved, overwritten, values, slots }: LogColumns): LogFinding[] {
  const duplicates = moved
    .filter(({ value }) => values.slots[value]! > Math.max(1, values.attempts[value]!))
    .map(({ value, op }): LogFinding => ({ type: 'duplicate', value, one: values.slotBy[value]!, two: op }));
  const twofold = overwritten.map(({ value, slot, op }): LogFinding => ({ type: 'inconsistent-offsets', value, slot, one: slots.by[slot]!, two: op }));
  return [...duplicates, ...twofold];
}

/** Records that nobody had sent by then, or only in vain; one for each value. */
function impossibleReads({ records, values, sends, ops }: LogColumns): LogFinding[] {
  const findings: LogFinding[] = [];
  const told = new Set<number>();
  for (let record = 0; record < records.op.length; record++) {
    const value = records.value[record]!;
    const at = ops.complete[records.op[record]!]!;
    const before = (send: number): boolean => send !== -1 && ops.invoke[sends.op[send]!]! < at;
    if (before(values.possible[value]!) || told.has(value)) continue;
    told.add(value);
    const failed = values.failed[value]!;
    if (!before(failed)) findings.push({ type: 'unexpected', value, record });
    else findings.push({ type: ops.txn[sends.op[failed]!] === 1 ? 'aborted-read' : 'failed-but-visible', value, record, send: failed });
  }
  return findings;
}

/** Transactions that polled what they sent; one for each. */
function ownReads({ records, ops, sends }: LogColumns): LogFinding[] {
  const findings: LogFinding[] = [];
  let last = -1;
  for (let record = 0; record < records.op.length; record++) {
    const op = records.op[record]!;
    if (ops.txn[op] === 0 || op === last) continue;
    const value = records.value[record]!;
    for (let send = ops.firstSend[op]!; send < ops.firstSend[op + 1]! && op !== last; send++) {
      if (sends.value[send] !== value) continue;
      last = op;
      findings.push({ type: 'precommitted-read', value, record, one: op });
    }
  }
  return findings;
}

function brokenPolls({ records, slots }: LogColumns, order: OffsetOrder): LogFinding[] {
  const findings: LogFinding[] = [];
  for (let after = 0; after < records.op.length; after++) {
    const before = records.previous[after]!;
    if (before === -1) continue;
    const from = records.slot[before]!;
    const to = records.slot[after]!;
    const internal = records.op[before] === records.op[after];
    if (slots.offset[to]! <= slots.offset[from]!) findings.push({ type: internal ? 'int-nonmonotonic-poll' : 'nonmonotonic-poll', before, after });
    else {
      const slot = order.seenBetween(from, to);
      if (slot !== -1) findings.push({ type: internal ? 'int-poll-skip' : 'poll-skip', before, after, slot, record: order.seen[slot]! });
    }
  }
  return findings;
}

/** Each send against the last one before it of which it is known where it stands. */
function brokenSends(log: LogColumns, order: OffsetOrder): LogFinding[] {
  const { sends, slots, ops } = log;
  const findings: LogFinding[] = [];
  const at = Int32Array.from(sends.op, (_, send) => whereSent(log, send));
  const known = new Int32Array(sends.op.length).fill(-1);
  for (let after = 0; after < sends.op.length; after++) {
    const previous = sends.previous[after]!;
    const before = previous === -1 || at[previous] !== -1 ? previous : known[previous]!;
    known[after] = before;
    if (before === -1 || at[after] === -1 || ops.outcome[sends.op[after]!] === FAIL) continue;
    const internal = sends.op[before] === sends.op[after];
    const from = at[before]!;
    const to = at[after]!;
    const type: LogAnomaly = internal ? 'int-nonmonotonic-send' : 'nonmonotonic-send';
    if (slots.offset[to]! <= slots.offset[from]!) findings.push({ type, before, after });
    else if (internal) {
      const slot = order.seenBetween(from, to);
      if (slot !== -1) findings.push({ type: 'int-send-skip', before, after, slot, record: order.seen[slot]! });
    }
  }
  return findings;
}

/** The slot of a send: acknowledged, or, where it is the only send of its value, the one place where that was polled. */
function whereSent({ sends, values, ops }: LogColumns, send: number): number {
  const slot = sends.slot[send]!;
  if (slot !== -1 || ops.outcome[sends.op[send]!] === FAIL) return slot;
  const value = sends.value[send]!;
  return values.attempts[value] === 1 && values.slots[value] === 1 ? values.slot[value]! : -1;
}

/** Records that two acknowledged transactions of subscribed consumers took; one for each record. */
function consumedTwice({ records, ops, slots }: LogColumns): LogFinding[] {
  const findings: LogFinding[] = [];
  const taken = new Int32Array(slots.key.length).fill(-1);
  for (let record = 0; record < records.op.length; record++) {
    const op = records.op[record]!;
    if (records.grouped[record] === 0 || ops.txn[op] === 0 || ops.outcome[op] !== OK) continue;
    const slot = records.slot[record]!;
    const first = taken[slot]!;
    if (first === -1) taken[slot] = op;
    else if (first >= 0 && first !== op) {
      findings.push({ type: 'consumed-twice', slot, one: first, two: op });
      taken[slot] = -2;
    }
  }
  return findings;
}
