/** `ordeal`: configurations, what the command line calls, and what a program of your own may call. */

export { z } from 'zod';
export { secret } from '../harness/configuration/secrets.ts';
export { type Use, use } from '../harness/configuration/use.ts';
export type * from '../harness/contracts/index.ts';
export { EXIT, type ExitCode, type OrdealErrorCode } from '../harness/errors/codes.ts';
export { isOrdealError, OrdealError, type OrdealErrorDetails } from '../harness/errors/ordeal-error.ts';
export type { RunEvent } from '../harness/lifecycle/index.ts';
export type { RunFolder, RunResults } from '../harness/store/index.ts';
export { ms, seconds } from '../harness/time/units.ts';
export type { HealReport } from '../nemesis/heal/index.ts';
export {
  Refused,
  type RequestDetails,
  type ServiceAnswer,
  type ServiceHttp,
  type ServiceOperation,
  type ServiceRequest,
} from '../targets/systems/http-service/index.ts';
export { CATALOGUE, type CatalogueKind, namedSchemas, systemNames, systemsAtLength } from './catalogue/catalogue.ts';
export { type CheckedFile, type CheckFilesRequest, checkFiles, exitCodeOfFiles, type FileProgress } from './check/check-files.ts';
export { extractedCase } from './check/extracted-case.ts';
export { type CheckBudget, DEFAULT_BUDGET, runChecks } from './check/run-checks.ts';
export { defineConfig, type OrdealConfig, type TestConfig } from './config/define-config.ts';
export { loadConfig } from './config/load-config.ts';
export { type DemoReport, type Expectation, runDemo } from './demo/demo.ts';
export { type ExaminedHost, examineMachine } from './doctor/examine-machine.ts';
export { type HealRunsRequest, healRuns, sweepHosts } from './heal/heal-runs.ts';
export {
  describeIncident,
  type IncidentDescription,
  type IncidentReport,
  incidentRows,
  loadIncident,
  runIncident,
} from './incidents/run-incident.ts';
export { asExpected, runTrials, type Trial } from './incidents/trials.ts';
export type { RunPlan } from './plans/plan.ts';
export { durationMs, type PlanFlags, planFromFlags, seedOf } from './plans/plan-from-flags.ts';
export { plansFromConfig } from './plans/plans-from-config.ts';
export { type Difference, type ReplayReport, replayRun } from './replay/replay.ts';
export { readRun } from './report/read-run.ts';
export { previewRun, type RunPreview } from './run/preview-run.ts';
export { type RunOptions, type RunReport, runTest } from './run/run-test.ts';
export { rewriteReports } from './run/write-reports.ts';
export { type Scaffolded, type ScaffoldRequest, scaffoldService } from './scaffold/scaffold.ts';
export { type HttpService, type HttpServiceDefinition, httpService } from './service/http-service.ts';
export { VERSION } from './version.ts';
