/** `ordeal/checkers`: the checkers by reference for workloads of your own, and what checkers and models of your own are made of. */
export { createBudget, UNLIMITED } from './budget/budget.ts';
export type { CertificateVerifier, Verification } from './certificates/verifier.ts';
export * from './linearizability/index.ts';
export { type CheckerName, checkerRef } from './registry/checkers.ts';
export { mergeVerdicts, type Verdict } from './verdict/merge.ts';
export { checkSafely } from './verdict/safe.ts';
