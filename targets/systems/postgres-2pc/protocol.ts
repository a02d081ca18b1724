/** What the coordinator is told when it starts, and what it is asked over HTTP. */
import type { Transfer } from '../../../workloads/operations/bank.ts';
import type { TwoPhaseCommitSystemOptions } from './options.ts';

export const COORDINATOR_PORT = 8_070;

/** Handed over as JSON in this environment variable. */
export const COORDINATOR_SETUP = 'ORDEAL_COORDINATOR_SETUP';

export interface CoordinatorSetup {
  readonly host: string;
  readonly port: number;
  /** In their order: account i is kept by the (i mod n)-th. */
  readonly participants: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** Where decisions are written down. */
  readonly log: string;
  readonly how: TwoPhaseCommitSystemOptions['coordinator'];
}

/** POSTed: one transaction. `id` is unique in the run. */
export const TRANSFER_PATH = '/transfers';
export interface TransferRequest extends Transfer {
  readonly id: number;
}

/** `aborted`: it has been decided that nothing happens, for `reason`. */
export type TransferAnswer = { readonly outcome: 'committed' } | { readonly outcome: 'no-money' } | { readonly outcome: 'aborted'; readonly reason: string };

/** GET: whether it serves, and how many transactions it has under way or found prepared. */
export const STATUS_PATH = '/status';
export interface CoordinatorStatus {
  readonly open: number;
}
