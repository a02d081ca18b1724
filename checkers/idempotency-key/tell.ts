/** Anomalies of idempotency keys in sentences. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import type { KeyAnomaly } from './judge.ts';

interface Law {
  readonly request: string;
  readonly rejection: string;
  readonly rememberedMs?: number | undefined;
}

export function tell(history: History, { request, rejection, rememberedMs }: Law, { type, first, second }: KeyAnomaly): Anomaly {
  const data = { request, rejection, rememberedMs: rememberedMs ?? null, first, second };
  const sentence = `under the key ${words(history.event(second).key ?? history.event(first).key)} ${story(history, type, first, second)}`;
  return { type, ops: [first, second], sentence, certificate: { kind: `idempotency-key/${type}`, data } };
}

function story(history: History, type: KeyAnomaly['type'], first: number, second: number): string {
  const value = (index: number): string => words(history.event(index).value);
  const payload = (ack: number): string => value(history.columns.pair[ack]!);
  const to = (ack: number): string => `to ${whoAt(history, ack)} at ${whenAt(history, ack)}`;
  switch (type) {
    case 'duplicate-effect':
      return `there were two effects: ${value(first)} at ${whenAt(history, first)}, ${value(second)} at ${whenAt(history, second)}`;
    case 'different-response':
      return `${payload(second)} was answered in two ways: ${value(first)} ${to(first)}, ${value(second)} ${to(second)}`;
    case 'reused-key-accepted':
      return `two payloads were accepted: ${payload(first)} ${to(first)}, ${payload(second)} ${to(second)}`;
    case 'wrongly-rejected':
      return `${whoAt(history, second)} was refused at ${whenAt(history, second)} for another payload, but only ${value(first)} had been asked`;
    case 'lost-effect':
      return `${value(first)} was acknowledged ${to(second)}, but its effect never happened`;
    default:
      return `${value(second)} was refused at ${whenAt(history, first)} (${errorCodeAt(history, first)}), yet its effect happened at ${whenAt(history, second)}`;
  }
}
