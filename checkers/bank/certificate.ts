/** Re-checks what the checker `bank` claims of a read, walking all transfers for that one read. */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Claim {
  readonly transfer: string;
  readonly read: string;
  readonly at: number;
  readonly account: string;
  readonly total: number | null;
  readonly witness: number;
  readonly accounts: number | null;
  readonly balance: number | null;
}

type Balances = Readonly<Record<string, Value>>;

/** Verifies one kind of `bank/…`: O(events). */
const verify: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const read = history.event(data.at);
  const held = balancesOf(read, data);
  if (held === undefined) return refuted('it is no read of all accounts');
  const { account, accounts } = data;
  switch (anomaly.type) {
    case 'wrong-total':
      return verifyTotal(history, data, held);
    case 'missing-balance':
      if (accounts !== null ? !isAccount(account, accounts) : !(account in held)) return refuted('there need be no such account');
      return typeof held[account] === 'number' ? refuted('the balance is there') : HOLDS;
    case 'unexpected-account':
      return account in held && accounts !== null && !isAccount(account, accounts) ? HOLDS : refuted('the account may be there');
    case 'negative-balance':
      return typeof held[account] === 'number' && held[account] < 0 ? HOLDS : refuted('it is not negative');
    case 'unexplained-balance':
      return verifyUnexplained(history, data, held[account]);
    default:
      return refuted(`there is no such anomaly as ${anomaly.type}`);
  }
};

export const BANK_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['wrong-total', 'missing-balance', 'unexpected-account', 'negative-balance', 'unexplained-balance'].map((type) => [
    `bank/${type}`,
    (history: History, anomaly: Anomaly) =>
      anomaly.certificate.kind === `bank/${anomaly.type}` ? verify(history, anomaly) : refuted('it certifies another anomaly'),
  ]),
);

function verifyTotal(history: History, data: Claim, held: Balances): Verification {
  const expected = data.witness < 0 ? data.total : totalOf(balancesOf(history.event(data.witness), data));
  const shown = totalOf(held);
  if (expected === null || expected === undefined || shown === undefined) return refuted('there is no total to compare');
  return shown === expected ? refuted('the totals are equal') : HOLDS;
}

function verifyUnexplained(history: History, data: Claim, held: Value | undefined): Verification {
  if (typeof held !== 'number' || data.balance === null) return refuted('there is no balance to explain');
  const begun = history.columns.pair[data.at] ?? -1;
  let least = data.balance;
  let most = data.balance;
  for (let i = 0; i < data.at; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || typeof event.process !== 'number' || event.f !== data.transfer) continue;
    const completion = history.columns.pair[i] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    if (end?.type === 'fail' || end?.applied === false) continue;
    const { from, to, amount } = event.value as { from: Value; to: Value; amount: number };
    const sure = end?.type === 'ok' && completion < begun;
    const by = (String(to) === data.account ? amount : 0) - (String(from) === data.account ? amount : 0);
    if (by > 0 || sure) most += by;
    if (by < 0 || sure) least += by;
  }
  return held < least || held > most ? HOLDS : refuted(`it lies within ${least} and ${most}`);
}

function balancesOf(event: Event, { read }: Claim): Balances | undefined {
  const { value } = event;
  if (event.type !== 'ok' || event.f !== read || typeof event.process !== 'number') return undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Balances) : undefined;
}

function totalOf(balances: Balances | undefined): number | undefined {
  if (balances === undefined) return undefined;
  const held = Object.values(balances);
  return held.every((each) => typeof each === 'number') ? held.reduce((total, each) => total + each, 0) : undefined;
}

function isAccount(account: string, accounts: number): boolean {
  const number = Number(account);
  return String(number) === account && Number.isInteger(number) && number >= 0 && number < accounts;
}
