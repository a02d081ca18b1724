/** Re-checks that a read of a counter lies outside its bounds, by walking all increments for that one read. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

/** Verifies `counter/outside-bounds`: O(events). */
export function verifyCounterBoundsCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as { readonly increment: string; readonly read: string; readonly at: number };
  const read = history.event(data.at);
  const begun = history.columns.pair[data.at] ?? -1;
  if (read.type !== 'ok' || read.f !== data.read || typeof read.value !== 'number' || begun < 0) return refuted('it is not a read of a number');
  let least = 0;
  let most = 0;
  for (let i = 0; i < read.index; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || typeof event.process !== 'number' || event.f !== data.increment) continue;
    const completion = history.columns.pair[i] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    if (end?.type === 'fail' || end?.applied === false) continue;
    const by = event.value === null ? 1 : event.value;
    if (typeof by !== 'number') return refuted('an increment is no number');
    const certain = end?.type === 'ok' && completion < begun;
    if (by > 0 || certain) most += by;
    if (by < 0 || certain) least += by;
  }
  return read.value < least || read.value > most ? HOLDS : refuted(`it lies within ${least} and ${most}`);
}
