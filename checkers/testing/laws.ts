/** The laws of applications, each with what puts its checker on trial. */
import { bankTrial } from '../bank/testing/trial.ts';
import type { LawTrial } from './law-trial.ts';

export const LAWS: Readonly<Record<string, LawTrial>> = {
  bank: bankTrial,
};
