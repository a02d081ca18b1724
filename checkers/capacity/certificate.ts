/** Re-checks what the checker `capacity` claims, event by event. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly capacity: number;
  readonly reserve: string;
  readonly release: string;
  readonly acks: readonly number[];
  readonly at: number;
}

/** O(events × holders named). */
const verifyOversold: CertificateVerifier = (history, anomaly) => {
  const { capacity, reserve, release, acks } = anomaly.certificate.data as unknown as Claim;
  const at = Math.max(...acks);
  const ids = new Set<Value | undefined>();
  let held = 0;
  for (const ack of acks) {
    const asked = acknowledged(history, ack, reserve);
    if (asked === undefined || asked.key !== history.event(at).key) return refuted('it is no acknowledged reservation of the resource');
    const [id, amount] = [idOf(asked.value), amountOf(asked.value)];
    if (id === undefined || amount === undefined || ids.has(id)) return refuted('it is no reservation of its own');
    ids.add(id);
    held += amount;
  }
  for (let i = 0; i < at; i++) {
    const event = history.event(i);
    if (event.type === 'invoke' && event.f === release && event.key === history.event(at).key && ids.has(idOf(event.value)) && mayHappen(history, event))
      return refuted('one of them may have been given back before');
  }
  return held > capacity ? HOLDS : refuted(`${held} are not too much`);
};

/** O(events). */
const verifyOfNothing: CertificateVerifier = (history, anomaly) => {
  const { reserve, release, at } = anomaly.certificate.data as unknown as Claim;
  const asked = acknowledged(history, at, release);
  if (asked === undefined) return refuted('it is no acknowledged release');
  for (let i = 0; i < at; i++) {
    const event = history.event(i);
    if (event.type === 'invoke' && event.f === reserve && event.key === asked.key && idOf(event.value) === idOf(asked.value) && mayHappen(history, event))
      return refuted('it may have been reserved before');
  }
  return HOLDS;
};

export const CAPACITY_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  'capacity/oversold': verifyOversold,
  'capacity/release-of-nothing': verifyOfNothing,
};

/** The invocation of that acknowledgement. */
function acknowledged(history: History, ack: number, f: string): Event | undefined {
  const event = history.event(ack);
  const invocation = history.columns.pair[ack] ?? -1;
  const right = event.type === 'ok' && event.applied !== false && event.f === f && typeof event.process === 'number' && invocation >= 0;
  return right ? history.event(invocation) : undefined;
}

function mayHappen(history: History, { index, process }: Event): boolean {
  const completion = history.columns.pair[index] ?? -1;
  const end = completion < 0 ? undefined : history.event(completion);
  return typeof process === 'number' && end?.type !== 'fail' && end?.applied !== false;
}

function idOf(value: Value): Value | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>)['id'] : value;
}

function amountOf(value: Value): number | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  const { amount = 1 } = value as Readonly<Record<string, Value>>;
  return typeof amount === 'number' ? amount : undefined;
}
