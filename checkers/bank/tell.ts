/** Anomalies of a bank in sentences, each by how much it is wrong. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import type { Allowed } from './reads.ts';

export interface Fault {
  readonly type: 'wrong-total' | 'missing-balance' | 'unexpected-account' | 'negative-balance' | 'unexplained-balance';
  /** Completion of the read. */
  readonly at: number;
  /** Empty where it concerns all of them. */
  readonly account: string;
  /** How far the transfers allow the balance to lie from what it was at first. */
  readonly allowed?: Allowed;
}

/** What the reads are measured against. */
export interface Law {
  readonly accounts?: number | undefined;
  readonly balance?: number | undefined;
  readonly expected: number | undefined;
  readonly transfer: string;
  readonly read: string;
}

/** `witness`: a read of the expected total, where that is only what most reads show; else -1. */
export function tell(history: History, law: Law, { type, at, account, allowed }: Fault, witness: number): Anomaly {
  const balances = history.value(history.columns.value[at]!) as Readonly<Record<string, Value>>;
  const who = whoAt(history, at);
  const when = `at ${whenAt(history, at)}`;
  const invoked = history.columns.pair[at]!;
  const data = {
    transfer: law.transfer,
    read: law.read,
    at,
    account,
    total: law.expected ?? null,
    witness,
    accounts: law.accounts ?? null,
    balance: law.balance ?? null,
  };
  const anomaly = (sentence: string, ops = [invoked, at]): Anomaly => ({ type, ops, sentence, certificate: { kind: `bank/${type}`, data } });
  switch (type) {
    case 'wrong-total': {
      const shown = Object.values(balances).reduce((total: number, held) => total + (held as number), 0);
      const off = shown - law.expected!;
      const against = witness < 0 ? `the ${law.expected} that there are` : `the ${law.expected} that most reads show`;
      return anomaly(
        `${who} read ${shown} in all ${when}: ${Math.abs(off)} ${off < 0 ? 'less' : 'more'} than ${against}`,
        witness < 0 ? [invoked, at] : [witness, at],
      );
    }
    case 'missing-balance':
      return anomaly(`${who} read no balance of account ${account} ${when} (${words(balances[account])})`);
    case 'unexpected-account':
      return anomaly(`${who} read ${words(balances[account])} in account ${account} ${when}, and there is no such account`);
    case 'negative-balance':
      return anomaly(`${who} read ${words(balances[account])} in account ${account} ${when}: no account may go below nothing`);
    default:
      return anomaly(
        `${who} read ${words(balances[account])} in account ${account} ${when}, which began with ${law.balance}: by the transfers it holds ${holds(allowed, law.balance)}`,
      );
  }
}

/** `5`, or `3 to 8`. */
function holds(allowed: Allowed | undefined, balance = 0): string {
  const { lower, upper } = allowed ?? { lower: 0, upper: 0 };
  return lower === upper ? String(balance + lower) : `${balance + lower} to ${balance + upper}`;
}
