/** The laws of applications, each with what puts its checker on trial. */
import { bankTrial } from '../bank/testing/trial.ts';
import { capacityTrial } from '../capacity/testing/trial.ts';
import { convergenceTrial } from '../convergence/testing/trial.ts';
import { errorBoundTrial } from '../error-bound/testing/trial.ts';
import { idempotencyKeyTrial } from '../idempotency-key/testing/trial.ts';
import { causalReverseTrial, longForkTrial } from '../inserts/testing/trial.ts';
import { lostUpdateTrial } from '../lost-update/testing/trial.ts';
import { rateTrial } from '../rate/testing/trial.ts';
import { recoveryTrial } from '../recovery/testing/trial.ts';
import { boundedStalenessTrial, monotonicTrial } from '../register-versions/testing/trial.ts';
import { regularTrial } from '../regular/testing/trial.ts';
import { sagaTrial } from '../saga/testing/trial.ts';
import { stateMachineTrial } from '../state-machine/testing/trial.ts';
import { twoPhaseCommitTrial } from '../two-phase-commit/testing/trial.ts';
import type { LawTrial } from './law-trial.ts';

export const LAWS: Readonly<Record<string, LawTrial>> = {
  bank: bankTrial,
  capacity: capacityTrial,
  'idempotency-key': idempotencyKeyTrial,
  saga: sagaTrial,
  convergence: convergenceTrial,
  recovery: recoveryTrial,
  'bounded-staleness': boundedStalenessTrial,
  monotonic: monotonicTrial,
  regular: regularTrial,
  'error-bound': errorBoundTrial,
  'two-phase-commit': twoPhaseCommitTrial,
  'state-machine': stateMachineTrial,
  rate: rateTrial,
  'lost-update': lostUpdateTrial,
  'causal-reverse': causalReverseTrial,
  'long-fork': longForkTrial,
};
