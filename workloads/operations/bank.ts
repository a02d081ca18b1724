/** What the workload `bank` asks of a system: as many accounts as this, each with as much at first. */
export const BANK = { accounts: 8, balance: 100 } as const;

/** Moves an amount; where `from` holds less, nothing happens and it completes with `applied: false`. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** A read returns all balances at one moment. */
export type BankOperation =
  | { readonly f: 'transfer'; readonly value: { readonly from: number; readonly to: number; readonly amount: number } }
  | { readonly f: 'read'; readonly value: null };

/** What a read returns: balances by account. */
export type BankBalances = Readonly<Record<string, number>>;
