/**
 * Re-checks what the checkers of growing collections claim, from the events themselves: whole scans, no columns, no code
 * shared with the checkers.
 */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

/** What all of these certificates name. `element` is the element's value. */
interface Claim {
  readonly add: string;
  readonly read: string;
  readonly element: Value;
}

/** An attempt to add the element, and how it ended. */
interface Attempt {
  readonly invoke: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly complete: number;
}

/** Verifies every `membership/…` certificate: O(events of the history). */
export function verifyMembershipCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Claim & Readonly<Record<string, Value>>;
  switch (anomaly.certificate.kind) {
    case 'membership/lost':
      return verifyLost(history, data);
    case 'membership/divergent':
      return verifyDivergent(history, data);
    case 'membership/missed':
      return verifyMissed(history, data);
    case 'membership/copies':
      return verifyCopies(history, data);
    case 'membership/unexpected':
    case 'membership/failed-but-visible':
      return verifyImpossible(history, data, anomaly.certificate.kind === 'membership/failed-but-visible');
    case 'membership/incomparable':
      return verifyIncomparable(history, data);
    default:
      return refuted('not a certificate of a collection');
  }
}

type Data = Claim & Readonly<Record<string, Value>>;

function verifyLost(history: History, data: Data): Verification {
  const ack = history.event(data['ack'] as number);
  if (!isOk(ack, data.add) || !askedFor(history, ack, data.element)) return refuted('the addition was not acknowledged');
  const reads = authoritativeReads(history, data, ack.key);
  if (reads.every((read) => invocationOf(history, read).index < ack.index)) return refuted('no final read came after the acknowledgement');
  return reads.some((read) => has(read, data.element)) ? refuted('a final read contains it') : HOLDS;
}

function verifyDivergent(history: History, data: Data): Verification {
  const present = history.event(data['with'] as number);
  const absent = history.event(data['without'] as number);
  const reads = authoritativeReads(history, data, present.key).map((read) => read.index);
  if (!reads.includes(present.index) || !reads.includes(absent.index)) return refuted('they are not final reads');
  if (!has(present, data.element)) return refuted('the element is in neither');
  return verifyMissed(history, { ...data, missing: absent.index });
}

/** `witness` proves the element present; `missing` lacks it; `after`, where it is given, was seen by `missing` and was added after `witness`. */
function verifyMissed(history: History, data: Data): Verification {
  const witness = history.event(data['witness'] as number);
  const missing = history.event(data['missing'] as number);
  const proves = isOk(witness, data.add) ? askedFor(history, witness, data.element) : isOk(witness, data.read) && has(witness, data.element);
  if (!proves) return refuted('nothing shows that the element was there');
  if (!isOk(missing, data.read) || missing.key !== witness.key) return refuted('it is not a read of that collection');
  if (has(missing, data.element)) return refuted('the read contains the element');
  if (invocationOf(history, missing).index > witness.index) return HOLDS;
  const after = data['after'];
  if (after === undefined || !has(missing, after)) return refuted('the read may have taken effect before the element was there');
  const attempts = attemptsOf(history, { ...data, element: after }, missing.key);
  return attempts.every((attempt) => attempt.outcome === 'fail' || attempt.invoke > witness.index)
    ? HOLDS
    : refuted('what the read saw may have been there before the element');
}

function verifyCopies(history: History, data: Data): Verification {
  const read = history.event(data['at'] as number);
  if (!isOk(read, data.read)) return refuted('it is not a read');
  const copies = (read.value as readonly Value[]).filter((item) => equal(item, data.element)).length;
  const possible = attemptsOf(history, data, read.key).filter((attempt) => attempt.outcome !== 'fail').length;
  const allowed = data['allowed'] === 'one' ? 1 : Math.max(1, possible);
  return copies > allowed ? HOLDS : refuted(`it is there ${copies} times, and ${allowed} are allowed`);
}

function verifyImpossible(history: History, data: Data, failed: boolean): Verification {
  const read = history.event(data['at'] as number);
  if (!isOk(read, data.read) || !has(read, data.element)) return refuted('the read does not contain the element');
  const attempts = attemptsOf(history, data, read.key).filter((attempt) => attempt.invoke < read.index);
  if (attempts.some((attempt) => attempt.outcome !== 'fail')) return refuted('an addition may have happened before');
  return attempts.length > 0 === failed ? HOLDS : refuted(failed ? 'no addition had failed' : 'an addition had been tried, and failed');
}

function verifyIncomparable(history: History, data: Data): Verification {
  const first = history.event(data['first'] as number);
  const second = history.event(data['second'] as number);
  const onlyFirst = data['onlyFirst'] as Value;
  const onlySecond = data['onlySecond'] as Value;
  if (!isOk(first, data.read) || !isOk(second, data.read) || first.key !== second.key) return refuted('they are not two reads of one collection');
  const crossed = has(first, onlyFirst) && !has(first, onlySecond) && has(second, onlySecond) && !has(second, onlyFirst);
  return crossed ? HOLDS : refuted('one of the reads contains the other');
}

/** The last `ok` read of each node in the phase of final reads, or, in a history without phases, after all else had ended. */
function authoritativeReads(history: History, names: Claim, key: Event['key']): Event[] {
  let phases = 0;
  let mark = Infinity;
  let quiet = -1;
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.process === 'observer:lifecycle' && event.f === 'phase') {
      if (['workload', 'drain', 'heal', 'settle', 'final-reads'].includes(String(event.value))) phases++;
      if (event.value === 'final-reads') mark = i;
    }
    if ((event.process === 'nemesis' && event.type === 'info') || (typeof event.process === 'number' && event.f === names.add && event.key === key)) quiet = i;
  }
  const after = phases > 0 ? mark : quiet;
  const byNode = new Map<string, Event>();
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (isOk(event, names.read) && event.key === key && invocationOf(history, event).index > after) byNode.set(event.node ?? `event ${i}`, event);
  }
  return [...byNode.values()];
}

function attemptsOf(history: History, names: Claim, key: Event['key']): Attempt[] {
  const attempts: Attempt[] = [];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || typeof event.process !== 'number' || event.f !== names.add || event.key !== key || !equal(event.value, names.element))
      continue;
    const complete = history.columns.pair[i] ?? -1;
    const type = complete < 0 ? 'info' : history.event(complete).type;
    attempts.push({ invoke: i, complete, outcome: type === 'invoke' ? 'info' : type });
  }
  return attempts;
}

function isOk(event: Event, f: string): boolean {
  return event.type === 'ok' && typeof event.process === 'number' && event.f === f;
}

/** Whether an acknowledged addition was of that element: what counts is what was asked for, not the answer's value. */
function askedFor(history: History, completion: Event, element: Value): boolean {
  return equal(invocationOf(history, completion).value, element);
}

function invocationOf(history: History, completion: Event): Event {
  return history.event(history.columns.pair[completion.index] ?? -1);
}

function has(read: Event, element: Value): boolean {
  return Array.isArray(read.value) && (read.value as readonly Value[]).some((item) => equal(item, element));
}

function equal(a: Value, b: Value): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
