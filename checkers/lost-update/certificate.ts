/** Re-checks what the checker `lost-update` claims of two operations. */
import type { Event, History } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly update: string;
  readonly read: string;
  readonly before: number;
  readonly at: number;
}

/** O(1). */
const verify: CertificateVerifier = (history, anomaly) => {
  const { update, read, before, at } = anomaly.certificate.data as unknown as Claim;
  const [first, second] = [history.event(before), history.event(at)];
  if (first.key !== second.key || before === at) return refuted('they are not of the same register');
  const earlier = versionsOf(history, first, update);
  if (earlier === undefined) return refuted('it is no acknowledged update');
  if (anomaly.type === 'missing-update') {
    const shown = succeeded(second) && second.f === read ? versionIn(second.value) : undefined;
    const begun = history.columns.pair[at] ?? -1;
    return shown !== undefined && before < begun && shown < earlier.to ? HOLDS : refuted('it may show the update, or have begun before');
  }
  const later = versionsOf(history, second, update);
  if (later === undefined) return refuted('it is no acknowledged update');
  const same = anomaly.type === 'lost-update' ? earlier.from === later.from : earlier.to === later.to;
  return same ? HOLDS : refuted('they are of different versions');
};

export const LOST_UPDATE_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['lost-update', 'version-twice', 'missing-update'].map((type): [string, CertificateVerifier] => [
    `lost-update/${type}`,
    (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly')),
  ]),
);

function succeeded({ type, applied, process }: Event): boolean {
  return type === 'ok' && applied !== false && typeof process === 'number';
}

function versionsOf(history: History, ack: Event, update: string): { readonly from: number; readonly to: number } | undefined {
  if (!succeeded(ack) || ack.f !== update) return undefined;
  const { from, to } = (history.event(history.columns.pair[ack.index] ?? -1).value ?? {}) as { from?: unknown; to?: unknown };
  if (typeof from !== 'number') return undefined;
  const made = typeof to === 'number' ? to : from + 1;
  return made > from ? { from, to: made } : undefined;
}

function versionIn(value: unknown): number | undefined {
  const version = typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : value;
  return typeof version === 'number' ? version : undefined;
}
