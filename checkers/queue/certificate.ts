/**
 * Re-checks what `total-queue` claims, from the events themselves: whole scans, no columns but the partners of events, no
 * code shared with the checker.
 */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

/** What all of these certificates name. */
interface Claim {
  readonly enqueue: string;
  readonly dequeue: string;
  readonly drain: string;
  readonly message: Value;
}

type Data = Claim & Readonly<Record<string, Value>>;

/** One delivery in the completion of a dequeue or a drain. */
interface Seen {
  readonly call: Event;
  readonly answer: Event;
  readonly place: number;
  readonly ack: string;
  readonly redelivered: Value | undefined;
  readonly deadLetter: boolean;
}

/** Verifies every `queue/…` certificate: O(events of the history), times the messages that it names. */
export function verifyQueueCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  switch (anomaly.certificate.kind) {
    case 'queue/lost':
      return verifyLost(history, data);
    case 'queue/lost-some':
      return verifyLostSome(history, data);
    case 'queue/dead-lettered':
      return verifyDeadLettered(history, data);
    case 'queue/duplicate':
      return verifyDuplicate(history, data);
    case 'queue/unexpected':
      return verifyImpossible(history, data, 'unexpected');
    case 'queue/failed-but-visible':
      return verifyImpossible(history, data, 'failed-but-visible');
    case 'queue/early-redelivery':
      return verifyEarly(history, data);
    case 'queue/reordered':
      return verifyReordered(history, data);
    default:
      return refuted('not a certificate of a queue');
  }
}

function verifyLost(history: History, data: Data): Verification {
  const ack = history.event(data['ack'] as number);
  if (!acknowledges(history, data, ack, data.message)) return refuted('the message was not acknowledged');
  if (deliveriesOf(history, data, data.message, ack.key).length > 0) return refuted('it was delivered');
  return drainedToTheEnd(history, data, ack.key);
}

function verifyLostSome(history: History, data: Data): Verification {
  const acks = (data['acks'] as readonly number[]).map((index) => history.event(index));
  const hidden = data['hidden'] as number;
  const key = acks[0]?.key;
  const delivered = new Set<string>();
  let unknown = 0;
  for (const event of eventsOf(history)) {
    if (typeof event.process !== 'number' || event.key !== key) continue;
    if (event.type === 'ok') for (const [value] of deliveriesIn(event, data)) delivered.add(canonicalJson(value));
    const unanswered = event.type === 'invoke' && ['invoke', 'info'].includes(completionOf(history, event)?.type ?? 'info');
    if (unanswered && event.f === data.drain) return refuted('a drain of unknown outcome may have taken them all');
    if (unanswered && event.f === data.dequeue) unknown++;
  }
  const names = new Set<string>();
  for (const ack of acks) {
    const message = callOf(history, ack).value;
    if (ack.key !== key || !acknowledges(history, data, ack, message)) return refuted('a message was not acknowledged');
    if (delivered.has(canonicalJson(message))) return refuted('a message was delivered');
    names.add(canonicalJson(message));
  }
  if (unknown > hidden || names.size <= hidden) return refuted('all of them may have been taken');
  return drainedToTheEnd(history, data, key);
}

function verifyDeadLettered(history: History, data: Data): Verification {
  const ack = history.event(data['ack'] as number);
  if (!acknowledges(history, data, ack, data.message)) return refuted('the message was not acknowledged');
  const seen = deliveriesOf(history, data, data.message, ack.key);
  if (!seen.some(({ answer }) => answer.index === data['at'])) return refuted('it was not found there');
  return seen.every(({ deadLetter }) => deadLetter) ? HOLDS : refuted('it was delivered as well');
}

function verifyDuplicate(history: History, data: Data): Verification {
  const key = history.event(data['first'] as number).key;
  if (attemptsOf(history, data, data.message, key).length > 1) return refuted('it was enqueued more than once');
  const seen = deliveriesOf(history, data, data.message, key);
  const first = seen.find(({ answer, ack }) => answer.index === data['first'] && ack === 'confirmed');
  const second = seen.find(({ answer }) => answer.index === data['second']);
  if (first === undefined || second === undefined) return refuted('there are no two deliveries of it, the first acknowledged for certain');
  return second.call.index > first.answer.index ? HOLDS : refuted('the second may have been under way before the first was acknowledged');
}

function verifyImpossible(history: History, data: Data, type: 'unexpected' | 'failed-but-visible'): Verification {
  const at = history.event(data['at'] as number);
  if (!deliveriesOf(history, data, data.message, at.key).some(({ answer }) => answer.index === at.index)) return refuted('it was not delivered there');
  const before = attemptsOf(history, data, data.message, at.key).filter(({ call }) => call.index < at.index);
  if (before.some(({ refused }) => !refused)) return refuted('it may have been enqueued before');
  return before.length > 0 === (type === 'failed-but-visible')
    ? HOLDS
    : refuted(before.length > 0 ? 'it had been tried, and was refused' : 'nothing had been refused');
}

function verifyEarly(history: History, data: Data): Verification {
  const key = history.event(data['first'] as number).key;
  if (attemptsOf(history, data, data.message, key).length > 1) return refuted('it was enqueued more than once');
  const seen = deliveriesOf(history, data, data.message, key);
  const first = seen.find(({ answer, ack }) => answer.index === data['first'] && ack !== 'returned');
  const second = seen.find(({ answer }) => answer.index === data['second']);
  if (first === undefined || second === undefined) return refuted('there are no two deliveries of it, the first not given back');
  if (second.call.index <= first.answer.index) return refuted('the second may have come first');
  const between = (second.answer.time - first.call.time) / 1_000_000;
  return between < (data['visibilityMs'] as number) ? HOLDS : refuted(`there were ${between} ms between them`);
}

function verifyReordered(history: History, data: Data): Verification {
  const key = history.event(data['earlier'] as number).key;
  const [one, ...others] = attemptsOf(history, data, data.message, key);
  const [two, ...more] = attemptsOf(history, data, data['after']!, key);
  if (one === undefined || two === undefined || others.length + more.length > 0) return refuted('they were not enqueued once each');
  if (!one.acknowledged || two.refused || one.call.process !== two.call.process || one.call.index > two.call.index)
    return refuted('one process did not enqueue one after the other');
  const [earlier, ...again] = deliveriesOf(history, data, data.message, key);
  const [later, ...repeated] = deliveriesOf(history, data, data['after']!, key);
  if (earlier === undefined || later === undefined || again.length + repeated.length > 0) return refuted('they were not delivered once each');
  if (earlier.deadLetter || later.deadLetter || earlier.redelivered === true) return refuted('it was no first delivery from the queue');
  if (earlier.redelivered === undefined && takenBefore(history, data, key, earlier.call.index)) return refuted('somebody may have held the message before');
  const beside = later.answer.index === earlier.answer.index && later.place < earlier.place;
  return beside || later.answer.index < earlier.call.index ? HOLDS : refuted('the first may have been delivered first');
}

/** Whether a dequeue or drain of unknown outcome began before that event. */
function takenBefore(history: History, names: Claim, key: Event['key'], index: number): boolean {
  return eventsOf(history).some(
    (event) =>
      event.index < index && event.type === 'invoke' && event.key === key && isTake(event, names) && (completionOf(history, event)?.type ?? 'info') === 'info',
  );
}

/** After the mark of the final phase (or the last fault), every node that was spoken to drained to emptiness, one of them after all else had ended. */
function drainedToTheEnd(history: History, names: Claim, key: Event['key']): Verification {
  const events = eventsOf(history);
  const marks = events.filter(({ process, f }) => process === 'observer:lifecycle' && f === 'phase');
  const inRun = marks.some(({ value }) => ['workload', 'drain', 'heal', 'settle', 'final-reads'].includes(String(value)));
  const begun = inRun
    ? (marks.findLast(({ value }) => value === 'final-reads')?.index ?? Infinity)
    : (events.findLast(({ process, type }) => process === 'nemesis' && type === 'info')?.index ?? -1);
  const nodes = new Set<unknown>();
  const drained = new Set<unknown>();
  const drains: number[] = [];
  let quiet = -1;
  for (const event of events) {
    if (event.type !== 'invoke' || event.key !== key || !(isTake(event, names) || (typeof event.process === 'number' && event.f === names.enqueue))) continue;
    const answer = completionOf(history, event);
    nodes.add(event.node);
    if (event.f !== names.drain || answer?.type !== 'ok') quiet = Math.max(quiet, event.index, answer?.index ?? -1);
    else if (event.index > begun && (answer.value === null || Array.isArray(answer.value))) {
      drained.add(event.node);
      drains.push(event.index);
    }
  }
  if (![...nodes].every((node) => drained.has(node))) return refuted('not every node drained the queue in the end');
  return drains.some((index) => index > quiet) ? HOLDS : refuted('no drain began after all else had ended');
}

/** Attempts to enqueue that message. */
function attemptsOf(history: History, names: Claim, message: Value, key: Event['key']) {
  const attempts: { readonly call: Event; readonly refused: boolean; readonly acknowledged: boolean }[] = [];
  for (const call of eventsOf(history)) {
    if (typeof call.process !== 'number' || call.type !== 'invoke' || call.f !== names.enqueue || call.key !== key || !equal(call.value, message)) continue;
    const answer = completionOf(history, call);
    const refused = answer?.type === 'fail' || (answer?.type === 'ok' && answer.applied === false);
    attempts.push({ call, refused, acknowledged: answer?.type === 'ok' && !refused });
  }
  return attempts;
}

function deliveriesOf(history: History, names: Claim, message: Value, key: Event['key']): Seen[] {
  return eventsOf(history)
    .filter((event) => event.type === 'ok' && event.key === key)
    .flatMap((answer) =>
      deliveriesIn(answer, names).flatMap(([value, seen]) => (equal(value, message) ? [{ ...seen, answer, call: callOf(history, answer) }] : [])),
    );
}

function deliveriesIn(answer: Event, names: Claim): [Value, Omit<Seen, 'answer' | 'call'>][] {
  if (!isTake(answer, names) || answer.value === null) return [];
  const { value } = answer;
  const partial = (value as { readonly partial?: readonly Value[] }).partial;
  const list = answer.f === names.dequeue ? [value] : Array.isArray(value) ? (value as readonly Value[]) : (partial ?? []);
  return list.map((each, place) => {
    const full = typeof each === 'object' && each !== null ? (each as Readonly<Record<string, Value>>) : { message: each, ack: 'confirmed' };
    const seen = { place, ack: String(full['ack'] ?? 'unknown'), redelivered: full['redelivered'], deadLetter: full['deadLetter'] === true };
    return [full['message'] ?? null, seen];
  });
}

function isTake({ process, f }: Event, names: Claim): boolean {
  return typeof process === 'number' && (f === names.dequeue || f === names.drain);
}

function acknowledges(history: History, names: Claim, answer: Event, message: Value): boolean {
  const granted = answer.type === 'ok' && answer.applied !== false && typeof answer.process === 'number' && answer.f === names.enqueue;
  return granted && equal(callOf(history, answer).value, message);
}

function eventsOf(history: History): Event[] {
  return Array.from({ length: history.length }, (_, index) => history.event(index));
}

function callOf(history: History, answer: Event): Event {
  return history.event(history.columns.pair[answer.index] ?? -1);
}

function completionOf(history: History, call: Event): Event | undefined {
  const index = history.columns.pair[call.index] ?? -1;
  return index < 0 ? undefined : history.event(index);
}

function equal(a: Value, b: Value): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
