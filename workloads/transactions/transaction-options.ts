/** The options that workloads of transactions share, and the check that judges all of them. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { ModuleRef } from '../../harness/contracts/index.ts';

/** Of the option `consistencyModel`, by which a run is judged. */
export const consistencyModel = z
  .string()
  .optional()
  .describe('The model that transactions are judged by, by any of its names (default: what the system documents for its settings).');

/** Of transactions over a few active keys. */
export const transactionMix = {
  keys: z.int().min(1).max(1024).default(10).describe('How many keys are active at a time.'),
  writesPerKey: z.int().min(2).max(100_000).default(64).describe('After so many writes a key is left for a fresh one.'),
  minOps: z.int().min(1).max(32).default(1).describe('The fewest micro-operations of a transaction.'),
  maxOps: z.int().min(1).max(32).default(4).describe('The most micro-operations of a transaction.'),
  readShare: z.number().min(0).max(1).default(0.5).describe('The share of reads among micro-operations.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for a transaction before its outcome is unknown (ms).'),
  consistencyModel,
};

/** More micro-operations at most than at least. */
export const orderedLengths = (options: { readonly minOps: number; readonly maxOps: number }): boolean => options.minOps <= options.maxOps;

/** Why options without that are refused. */
export const UNORDERED_LENGTHS = { message: 'minOps must not exceed maxOps', path: ['minOps'] };

/** Judged by the model asked for, or else by the one that the system documents; where neither is known, by the checker's own. */
export function isolationChecks(workload: 'list-append' | 'rw-register' | 'predicate', asked: string | undefined, documented: string | undefined): ModuleRef[] {
  const model = asked ?? documented;
  return [
    checkerRef('isolation', { workload, ...(model !== undefined && { consistencyModels: model.split(',').map((name) => name.trim()) }) }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ];
}
