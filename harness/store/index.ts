export { faultRecords } from './fault-records.ts';
export {
  exitCodeOf,
  type FaultRecord,
  mergeExitCodes,
  RESULTS_SCHEMA_VERSION,
  type RunResults,
  resultsSchema,
  type Validity,
} from './results.ts';
export { createRunFolder, DEFAULT_OUT, indexRun, type RunFolder, type RunFolderRequest, runFolderAt, writeRunFile } from './run-folder.ts';
