export { type FoundJournal, findJournals, type HealReport, type HealRequest, healJournals } from './heal.ts';
export { type RegisteredRun, type Registration, registerRun } from './runs-registry.ts';
export type { UndoResult } from './undo-offline.ts';
