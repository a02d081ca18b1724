export { type Burst, FAMILIES, FAMILY_NAMES, type Move, optionsOf, type Package, type PackageScope, packageFor, type Rotation } from './packages.ts';
export { type ScenarioLine, scenarioSteps } from './scenario.ts';
export { planSchedule, type ScheduleRequest } from './schedule.ts';
export { type ScriptStep, scripted } from './script.ts';
export type { Timing, TimingRequest } from './timing.ts';
