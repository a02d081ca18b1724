export { DEFAULT_DEADLINES, type LifecycleOutcome, type LifecycleParts, type PhaseDeadlines, type PhaseName, runLifecycle } from './lifecycle.ts';
export type { RunEvent } from './run-event.ts';
