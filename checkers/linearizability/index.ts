/** Linearizability: the checker, and what is needed to write a model. */
export { type LinearizableOptions, linearizable, linearizableWith } from './checker.ts';
export { type CertifiedOperation, SUB_HISTORY, type SubHistoryCertificate } from './counterexample/finding.ts';
export { builtInModel, MODEL_NAMES } from './models/catalogue.ts';
export { INCONSISTENT, type Model, type ModelOperation, type RegisterOperation } from './models/model.ts';
