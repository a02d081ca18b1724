/** What every participant keeps: its share of the accounts, and, in the same transactions, what it has applied. */
import type { Transfer } from '../../../workloads/operations/bank.ts';

export const ACCOUNTS = 'ordeal_accounts';
/** A row for each transaction that was committed here, with the names of all its participants. */
export const APPLIED = 'ordeal_applied';
/** A row for each transaction that this participant voted against. */
export const REFUSED = 'ordeal_refused';

export const TABLES: Readonly<Record<string, string>> = {
  [ACCOUNTS]: 'account integer PRIMARY KEY, balance integer NOT NULL CHECK (balance >= 0)',
  [APPLIED]: 'id bigint PRIMARY KEY, participants text NOT NULL',
  [REFUSED]: 'id bigint PRIMARY KEY',
};

const GID = 'ordeal-';

/** The name of a prepared transaction. */
export function gidOf(id: number): string {
  return `${GID}${integer(id)}`;
}

/** Undefined where it is none of ours. */
export function idIn(gid: string): number | undefined {
  const digits = gid.startsWith(GID) ? gid.slice(GID.length) : '';
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Which of `count` participants keeps the account. */
export function keeperOf(account: number, count: number): number {
  return account % count;
}

/** By participant, in their order, the statements of its share; accounts in their order, so that nobody waits in a circle. */
export function sharesOf({ id, from, to, amount }: Transfer & { readonly id: number }, names: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const changes = [
    { account: integer(from), by: -integer(amount) },
    { account: integer(to), by: integer(amount) },
  ].sort((a, b) => a.account - b.account);
  const keepers = [...new Set(changes.map(({ account }) => keeperOf(account, names.length)))].sort((a, b) => a - b);
  const applied = `INSERT INTO ${APPLIED} VALUES (${integer(id)}, '${keepers.map((keeper) => names[keeper]).join(' ')}')`;
  return new Map(
    keepers.map((keeper) => {
      const own = changes.filter(({ account }) => keeperOf(account, names.length) === keeper);
      return [keeper, [...own.map(({ account, by }) => `UPDATE ${ACCOUNTS} SET balance = balance + ${by} WHERE account = ${account}`), applied]];
    }),
  );
}

/** In place of a parameter, so that statements can share a message. */
export function integer(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`not an integer: ${JSON.stringify(value)}`);
}
