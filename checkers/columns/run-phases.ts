/**
 * Where the phases of a run begin, as its lifecycle wrote them into the history: `info` events of the observer
 * `lifecycle`, f `phase`, value the phase's name. Histories from elsewhere have none.
 */
import type { History } from '../../harness/contracts/index.ts';
import { eventType, INFO, NEMESIS } from '../../harness/history/columns.ts';

const PHASES = ['workload', 'drain', 'heal', 'settle', 'final-reads'] as const;

type Phase = (typeof PHASES)[number];

/** The observer that writes them, as it stands after `observer:`. */
const LIFECYCLE = 'lifecycle';

/** Index of the event that begins each phase; the last one where a phase was begun twice. */
export type RunPhases = ReadonlyMap<Phase, number>;

/** One pass over the columns, O(n). */
export function runPhases(history: History): RunPhases {
  const phases = new Map<Phase, number>();
  const observer = history.observers.indexOf(LIFECYCLE);
  const f = history.fs.indexOf('phase');
  if (observer < 0 || f < 0) return phases;
  const { columns } = history;
  const process = -2 - observer;
  for (let i = 0; i < history.length; i++) {
    if (columns.process[i] !== process || columns.f[i] !== f) continue;
    const phase = PHASES.find((name) => name === history.value(columns.value[i]!));
    if (phase !== undefined) phases.set(phase, i);
  }
  return phases;
}

/** Index where the workload itself ends: what follows is draining, healing, settling, final reads. */
export function endOfWorkload(history: History, phases: RunPhases): number {
  return phases.get('drain') ?? phases.get('heal') ?? phases.get('final-reads') ?? history.length;
}

/** Index of the last event of the nemesis, -1 without one. O(n) at worst. */
export function lastNemesisEvent(history: History): number {
  for (let i = history.length - 1; i >= 0; i--) {
    if (history.columns.process[i] === NEMESIS && eventType(history.columns, i) === INFO) return i;
  }
  return -1;
}
