/** What the workload `transfers` asks of a system: the accounts of a bank, spread over several databases. */
import type { Transfer } from './bank.ts';

/** As many accounts as this, each with as much at first: so many that transfers seldom wait for each other. */
export const SPREAD_BANK = { accounts: 64, balance: 100 } as const;

export type TransfersOperation =
  /** Moves an amount, in a transaction over all databases that it concerns; the key is the transaction. Where `from` holds less, nothing happens: `applied: false`. */
  | { readonly f: 'transfer'; readonly key: number; readonly value: { readonly [K in keyof Transfer]: Transfer[K] } }
  /** Returns all balances, database by database, so of one moment only where nothing else goes on. */
  | { readonly f: 'read'; readonly value: null };
