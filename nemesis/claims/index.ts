export { beyondClaims, type Claims, type HarmStep } from './claims.ts';
export { foreseenOfSchedule, foreseenOfSteps, type Scheduled } from './foreseen.ts';
export { suffered } from './suffered.ts';
