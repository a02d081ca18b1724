/** The view model of a report: plain data, from results, history and run description. */
export { buildReportView } from './build.ts';
export { changeInWords } from './fault-effects.ts';
export { type Faults, faultViews } from './faults.ts';
export { findingViews } from './findings/findings.ts';
export { isolationStory } from './findings/isolation/tell-isolation.ts';
export { linearizationView } from './findings/linearization.ts';
export { isolationSummaryView } from './isolation-summary.ts';
export type * from './isolation-view.ts';
export type * from './report-view.ts';
export type { NodeLog, ReportMaterial, RunFacts } from './run-facts.ts';
export { checkViews, outsideClaims, verdictWord } from './verdict.ts';
export { clipped, count, counted } from './wording.ts';
