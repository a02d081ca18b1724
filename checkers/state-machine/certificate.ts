/** Re-checks what the checker `state-machine` claims, walking the graph anew. */
import type { Event, History } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Law {
  readonly transitions: Readonly<Record<string, readonly string[]>>;
  readonly initial?: readonly string[];
  readonly spontaneous: readonly string[];
  readonly reads: string;
  readonly transition: string;
  readonly read: string;
}

/** One operation that succeeded, and the state that it shows; null: not there yet. */
interface Shown {
  readonly how: 'read' | 'transition';
  readonly begun: number;
  readonly from: string | undefined;
  readonly state: string | null;
}

/** O(events) at worst. */
const verify: CertificateVerifier = (history, anomaly) => {
  const { law, before, at } = anomaly.certificate.data as unknown as { law: Law; before: number; at: number };
  const shown = shownBy(history, law, at);
  if (shown === undefined) return refuted('it shows no state');
  if (anomaly.type === 'failed-but-visible') return verifyVisible(history, law, shown, at);
  if (anomaly.type === 'unknown-state') {
    const states = new Set([...Object.entries(law.transitions).flatMap(([from, to]) => [from, ...to]), ...(law.initial ?? []), ...law.spontaneous]);
    const known = [shown.from ?? null, shown.state].every((state) => state === null || states.has(state));
    return known ? refuted('the machine has that state') : HOLDS;
  }
  if (before < 0) {
    const forbidden = shown.from !== undefined && shown.from !== shown.state && !(law.transitions[shown.from] ?? []).includes(shown.state ?? '');
    return anomaly.type === 'illegal-transition' && forbidden ? HOLDS : refuted('it is allowed');
  }
  const earlier = shownBy(history, law, before);
  if (earlier === undefined || history.event(before).key !== history.event(at).key) return refuted('nothing of that entity was seen before');
  if (anomaly.type === 'left-twice') {
    const same = shown.from !== undefined && shown.from === earlier.from && before !== at;
    const back = [shown, earlier].some(({ state }) => shown.from === undefined || reaches(law, state, shown.from));
    return same && !back ? HOLDS : refuted('it may have come back there in between');
  }
  if (before > shown.begun) return refuted('what is said to be earlier may be later');
  if (law.reads === 'sessions' && history.event(before).process !== history.event(at).process) return refuted('it is another session');
  if (reaches(law, earlier.state, shown.state)) return refuted('it may have come of it');
  const lost = shown.how === 'read' && earlier.how === 'transition';
  const ended = earlier.state !== null && (law.transitions[earlier.state] ?? []).length === 0;
  const type = lost ? 'lost-transition' : ended ? 'changed-after-end' : 'illegal-transition';
  return type === anomaly.type ? HOLDS : refuted(`it is called ${type}`);
};

export const STATE_MACHINE_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['illegal-transition', 'changed-after-end', 'lost-transition', 'left-twice', 'unknown-state', 'failed-but-visible'].map((type) => [
    `state-machine/${type}`,
    (history: History, anomaly: Parameters<CertificateVerifier>[1]) =>
      anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly'),
  ]),
);

/** Somebody asked for that state and was refused, and nobody asked who may not have been. */
function verifyVisible(history: History, law: Law, { how, state }: Shown, at: number): Verification {
  const entered = new Set(Object.values(law.transitions).flat());
  if (how !== 'read' || state === null || law.spontaneous.includes(state)) return refuted('it needs no transition');
  if (law.initial === undefined ? !entered.has(state) : law.initial.includes(state)) return refuted('an entity may begin there');
  let refusals = 0;
  for (let i = 0; i < at; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || event.f !== law.transition || event.key !== history.event(at).key || typeof event.process !== 'number') continue;
    if (goalOf(event)?.to !== state) continue;
    const completion = history.columns.pair[i] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    if (end?.type !== 'fail' && end?.applied !== false) return refuted('a transition to it may have happened');
    refusals++;
  }
  return refusals > 0 ? HOLDS : refuted('nobody was refused it');
}

function shownBy(history: History, { read, transition }: Law, index: number): Shown | undefined {
  const event = history.event(index);
  const begun = history.columns.pair[index] ?? -1;
  if (event.type !== 'ok' || event.applied === false || typeof event.process !== 'number' || begun < 0) return undefined;
  if (event.f === transition) {
    const goal = goalOf(history.event(begun));
    return goal === undefined ? undefined : { how: 'transition', begun, from: goal.from, state: goal.to };
  }
  const { value = null } = event;
  return event.f === read && (value === null || typeof value === 'string') ? { how: 'read', begun, from: undefined, state: value } : undefined;
}

function goalOf({ value }: Event): { readonly from: string | undefined; readonly to: string } | undefined {
  if (typeof value === 'string') return { from: undefined, to: value };
  const { from, to } = (value ?? {}) as { from?: unknown; to?: unknown };
  return typeof to === 'string' ? { from: typeof from === 'string' ? from : undefined, to } : undefined;
}

/** Whether `to` can come of `from`; anything can come of what is not there yet. */
function reaches(law: Law, from: string | null, to: string | null): boolean {
  if (from === null) return true;
  if (to === null) return false;
  const reached = new Set([from]);
  for (const state of reached) for (const next of law.transitions[state] ?? []) reached.add(next);
  return reached.has(to);
}
