/** Re-checks what `log` reports, from the operations as the events have them: whole scans, no code shared with the checker. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';
import { hasReadToTheEnd, isFinalConsumer, isUnbroken, untilRebalance } from './final-consumers.ts';
import { nextRecords, type RawOperation, type RawRecord, rawOperations } from './raw-log.ts';

interface Data {
  readonly rebalances: 'any-time' | 'recorded';
  readonly caughtUpAfter: number;
  readonly key: string;
  readonly value: Value;
  readonly other: Value;
  readonly earlierValue: Value;
  readonly offset: number;
  readonly ack: number;
  readonly before: number | null;
  readonly beforeOffset: number | null;
  readonly after: number;
  readonly afterOffset: number;
  readonly skipped: number;
  readonly seen: number;
  readonly end: number;
  readonly invoke: number;
  readonly read: number;
  readonly seenKey: string;
  readonly seenValue: Value;
  readonly first: number;
  readonly second: number;
  readonly at: number;
  readonly failed: number;
}

/** Verifies every `log/…` certificate: O(events of the history). */
export function verifyLogCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  const operations = rawOperations(history);
  switch (anomaly.certificate.kind) {
    case 'log/lost-write':
      return verifyLost(history, operations, data);
    case 'log/unseen':
      return verifyUnseen(history, operations, data);
    case 'log/torn-transaction':
      return verifyTorn(history, operations, data);
    case 'log/duplicate':
      return verifyDuplicate(operations, data);
    case 'log/inconsistent-offsets': {
      const both = says(operations, data.first, data.key, data.offset, data.value) && says(operations, data.second, data.key, data.offset, data.other);
      return both && !same(data.value, data.other) ? HOLDS : refuted('there are no two values at this offset');
    }
    case 'log/consumed-twice':
      return verifyConsumedTwice(operations, data);
    case 'log/unexpected':
    case 'log/aborted-read':
    case 'log/failed-but-visible':
      return verifyImpossible(operations, data, anomaly.certificate.kind);
    case 'log/precommitted-read': {
      const own = ended(operations, data.at);
      const polled = own?.f === 'txn' && recordsOf(own).some((record) => is(record, data.key, data.value));
      return polled && sendsOf(own).some((sent) => is(sent, data.key, data.value)) ? HOLDS : refuted('it did not poll what it sent');
    }
    case 'log/nonmonotonic-send':
    case 'log/int-nonmonotonic-send':
    case 'log/int-send-skip':
      return verifySends(operations, data, anomaly.certificate.kind);
    default:
      return verifyPolls(operations, data, anomaly.certificate.kind);
  }
}

function verifyLost(history: History, operations: readonly RawOperation[], data: Data): Verification {
  const { key, value, offset } = data;
  const acked = ended(operations, data.ack);
  if (acked?.outcome !== 'ok' || !sendsOf(acked).some((sent) => is(sent, key, value) && sent.offset === offset))
    return refuted('it was not acknowledged there');
  if (polledBySomebody(operations, key, value)) return refuted('somebody polled it');
  const reader = ended(operations, data.after);
  if (reader === undefined || data.afterOffset <= offset) return refuted('nobody read beyond it');
  const next = nextRecords(operations, reader.process, key, data.rebalances);
  if (data.before !== null) {
    const passed = next.some(
      ({ before, after }) =>
        before?.at === data.before && before.record.offset === data.beforeOffset && after.at === data.after && after.record.offset === data.afterOffset,
    );
    return passed && data.beforeOffset! < offset ? HOLDS : refuted('the consumer did not read past it');
  }
  if (!isFinalConsumer(history, reader.process, key)) return refuted('it is no final consumer');
  const earlier = operations.filter((each) => each !== reader);
  const whole = untilRebalance(reader);
  if (!isUnbroken([...earlier, whole], whole)) return refuted('the consumer may have been moved');
  return recordsOf(whole).some((record) => record.key === key && record.offset === data.afterOffset) ? HOLDS : refuted('the consumer did not read that far');
}

function verifyUnseen(history: History, operations: readonly RawOperation[], data: Data): Verification {
  const acked = ended(operations, data.ack);
  if (acked?.outcome !== 'ok' || !sendsOf(acked).some((sent) => is(sent, data.key, data.value))) return refuted('it was not acknowledged');
  if (polledBySomebody(operations, data.key, data.value)) return refuted('somebody polled it');
  return verifyEnd(history, operations, data);
}

function verifyEnd(history: History, operations: readonly RawOperation[], { key, end, caughtUpAfter }: Data): Verification {
  const own = ended(operations, end);
  if (own === undefined || !isFinalConsumer(history, own.process, key) || !isUnbroken(operations, own)) return refuted('it is no final consumer');
  return hasReadToTheEnd(operations, own.process, end, caughtUpAfter) ? HOLDS : refuted('it had not read to the end');
}

function verifyTorn(history: History, operations: readonly RawOperation[], data: Data): Verification {
  const torn = operations.find(({ invoke }) => invoke === data.invoke);
  if (torn?.f !== 'txn' || torn.outcome !== 'info') return refuted('it is no transaction of unknown outcome');
  const mine = (key: string, value: Value) =>
    sendsOf(torn).some((sent) => is(sent, key, value)) && attempts(operations, key, value).filter(({ outcome }) => outcome !== 'fail').length === 1;
  if (!mine(data.key, data.value) || !mine(data.seenKey, data.seenValue)) return refuted('it did not send both, or they were sent elsewhere too');
  const reader = ended(operations, data.read);
  if (reader === undefined || !recordsOf(reader).some((record) => is(record, data.seenKey, data.seenValue))) return refuted('no part of it was polled');
  if (polledBySomebody(operations, data.key, data.value)) return refuted('somebody polled the other part');
  return verifyEnd(history, operations, data);
}

function verifyDuplicate(operations: readonly RawOperation[], { key, value, first, second }: Data): Verification {
  const offsets = (each: RawOperation) =>
    [...(each.outcome === 'ok' ? sendsOf(each) : []), ...recordsOf(each)].filter((record) => is(record, key, value)).map(({ offset }) => offset);
  const all = new Set(operations.flatMap(offsets).filter((offset) => offset !== null));
  const possible = attempts(operations, key, value).filter(({ outcome }) => outcome !== 'fail').length;
  if (all.size <= Math.max(1, possible)) return refuted(`it stands at ${all.size} offsets and may have been sent ${possible} times`);
  const shown = [first, second].flatMap((at) => offsets(ended(operations, at)!));
  return new Set(shown).size > 1 ? HOLDS : refuted('the two do not say different offsets');
}

function verifyConsumedTwice(operations: readonly RawOperation[], { key, offset, first, second }: Data): Verification {
  if (first === second) return refuted('it is one transaction');
  for (const at of [first, second]) {
    const own = ended(operations, at);
    if (own?.f !== 'txn' || own.outcome !== 'ok' || !recordsOf(own).some((record) => record.key === key && record.offset === offset))
      return refuted('a transaction did not take it');
    const chosen = operations
      .filter((each) => each.process === own.process && each.invoke < own.invoke && (each.f === 'assign' || each.f === 'subscribe'))
      .at(-1);
    if (chosen?.f !== 'subscribe') return refuted('a consumer was not of the group');
  }
  return HOLDS;
}

function verifyImpossible(operations: readonly RawOperation[], { key, value, at, failed }: Data, kind: string): Verification {
  const reader = ended(operations, at);
  if (reader === undefined || !recordsOf(reader).some((record) => is(record, key, value))) return refuted('it was not polled');
  const before = attempts(operations, key, value).filter(({ invoke }) => invoke < at);
  if (before.some(({ outcome }) => outcome !== 'fail')) return refuted('it may have been sent before');
  if (kind === 'log/unexpected') return before.length === 0 ? HOLDS : refuted('it had been sent, and that failed');
  const aborted = before.find(({ complete, invoke }) => (complete < 0 ? invoke : complete) === failed);
  if (aborted === undefined) return refuted('no such send failed');
  return (aborted.f === 'txn') === (kind === 'log/aborted-read') ? HOLDS : refuted('it was sent otherwise');
}

function verifyPolls(operations: readonly RawOperation[], data: Data, kind: string): Verification {
  const { key, before: first, after: second, beforeOffset, afterOffset, skipped } = data;
  const internal = kind.includes('/int-');
  if ((first === second) !== internal) return refuted('it is named wrongly');
  const reader = ended(operations, second);
  if (reader === undefined) return refuted('there is no such poll');
  const happened = nextRecords(operations, reader.process, key, data.rebalances).some(
    ({ before, after }) => before?.at === first && before.record.offset === beforeOffset && after.at === second && after.record.offset === afterOffset,
  );
  if (!happened) return refuted('the two records were not polled one after the other');
  if (!kind.endsWith('-skip')) return afterOffset <= beforeOffset! ? HOLDS : refuted('the offsets go up');
  return skipped > beforeOffset! && skipped < afterOffset ? verifySeen(operations, data) : refuted('the offset is not between them');
}

/** That the offset between holds what was polled, and may have been sent. */
function verifySeen(operations: readonly RawOperation[], { key, skipped, seen }: Data): Verification {
  const witness = ended(operations, seen);
  const there = witness === undefined ? [] : recordsOf(witness).filter((record) => record.key === key && record.offset === skipped);
  const sent = there.some(({ value }) => attempts(operations, key, value).some(({ outcome }) => outcome !== 'fail'));
  return sent ? HOLDS : refuted('nobody saw anything between them');
}

function verifySends(operations: readonly RawOperation[], data: Data, kind: string): Verification {
  const { key, before, after, beforeOffset, afterOffset, earlierValue, value, skipped } = data;
  if ((before === after) !== kind.includes('/int-')) return refuted('it is named wrongly');
  const one = operations.find(({ invoke }) => invoke === before);
  const two = operations.find(({ invoke }) => invoke === after);
  if (one === undefined || two === undefined || one.process !== two.process || before! > after) return refuted('they are not one after the other');
  if (!stands(operations, one, key, earlierValue, beforeOffset!) || !stands(operations, two, key, value, afterOffset))
    return refuted('they do not stand there');
  const later = sendsOf(two);
  const first = sendsOf(one).findIndex((sent) => is(sent, key, earlierValue));
  if (one === two && later.findLastIndex((sent) => is(sent, key, value)) <= first) return refuted('they were sent in the other order');
  if (kind !== 'log/int-send-skip') return afterOffset <= beforeOffset! ? HOLDS : refuted('the offsets go up');
  return skipped > beforeOffset! && skipped < afterOffset ? verifySeen(operations, data) : refuted('the offset is not between them');
}

/** Whether the send was acknowledged there, or, without an offset and sent by nobody else, polled there and nowhere else. */
function stands(operations: readonly RawOperation[], own: RawOperation, key: string, value: Value, offset: number): boolean {
  const sent = sendsOf(own).filter((record) => is(record, key, value));
  if (own.outcome === 'fail' || sent.length === 0) return false;
  if (own.outcome === 'ok' && sent.some((record) => record.offset === offset)) return true;
  if (attempts(operations, key, value).filter(({ outcome }) => outcome !== 'fail').length !== 1) return false;
  const polled = operations.flatMap(recordsOf).filter((record) => is(record, key, value));
  return polled.length > 0 && polled.every((record) => record.offset === offset);
}

/** One entry for each send of the value. */
function attempts(operations: readonly RawOperation[], key: string, value: Value): RawOperation[] {
  return operations.flatMap((each) => sendsOf(each).flatMap((sent) => (is(sent, key, value) ? [each] : [])));
}

function polledBySomebody(operations: readonly RawOperation[], key: string, value: Value): boolean {
  return operations.some((each) => recordsOf(each).some((record) => is(record, key, value)));
}

/** Whether the operation, acknowledged, says that the value stands there. */
function says(operations: readonly RawOperation[], at: number, key: string, offset: number, value: Value): boolean {
  const own = ended(operations, at);
  return own?.outcome === 'ok' && [...sendsOf(own), ...recordsOf(own)].some((record) => is(record, key, value) && record.offset === offset);
}

function ended(operations: readonly RawOperation[], at: number): RawOperation | undefined {
  return operations.find(({ complete, invoke }) => (complete < 0 ? invoke : complete) === at);
}

function sendsOf(own: RawOperation): RawRecord[] {
  return own.steps.flatMap((step) => (step.f === 'send' ? [step.sent] : []));
}

function recordsOf(own: RawOperation): RawRecord[] {
  return own.steps.flatMap((step) => (step.f === 'poll' ? step.got : []));
}

function is(record: RawRecord, key: string, value: Value): boolean {
  return record.key === key && same(record.value, value);
}

function same(a: Value, b: Value): boolean {
  return typeof a === 'object' || typeof b === 'object' ? canonicalJson(a) === canonicalJson(b) : a === b;
}
