export {
  type Liveness,
  type OwnerIdentity,
  type ProcessIdentity,
  SIMULATED_OWNER,
  thisOwner,
} from './owner.ts';
export { type Journal, readJournal } from './reader.ts';
export { createJournal, type JournalRequest, type JournalWriter } from './writer.ts';
