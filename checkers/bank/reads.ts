/** Reads of all accounts, each with what the transfers around it allow every balance to be: one pass over the columns. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** What a transfer moves. */
interface Move {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** Sums for one account. `sure`: acknowledged so far; `possible`: begun so far and not refused. */
interface Sums {
  sureIn: number;
  sureOut: number;
  possibleIn: number;
  possibleOut: number;
}

/** How far a balance may lie from what the account held at first. */
export interface Allowed {
  readonly lower: number;
  readonly upper: number;
}

export interface BankRead {
  /** Index of the completion. */
  readonly at: number;
  readonly balances: Readonly<Record<string, Value>>;
  /** For an account that no transfer names: nothing moved. */
  allowed(account: string): Allowed;
}

export interface BankScan {
  readonly reads: number;
  readonly acknowledged: number;
  readonly unknown: number;
  /** Client operations that are neither transfers nor reads. */
  readonly foreign: number;
  /** Transfers and reads that are not of the form. */
  readonly malformed: readonly number[];
  /** The last event of a transfer, -1 without one. */
  readonly lastTransfer: number;
}

/** Calls `judge` at each completed read. O(events + reads × accounts). Throws BudgetExhausted. */
export function scanBank(
  history: History,
  names: { readonly transfer: string; readonly read: string },
  budget: Budget,
  judge: (read: BankRead) => void,
): BankScan {
  const { columns } = history;
  const transfer = history.fs.indexOf(names.transfer);
  const read = history.fs.indexOf(names.read);
  const ledger = new RunningSums();
  const malformed: number[] = [];
  let [reads, acknowledged, unknown, foreign, lastTransfer] = [0, 0, 0, 0, -1];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) {
      ask(budget, 0);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f === transfer) {
      lastTransfer = i;
      const invocation = type === INVOKE ? i : columns.pair[i]!;
      if (invocation < 0 || refused(history, invocation)) continue;
      const move = moveOf(history.value(columns.value[invocation]!));
      if (type === INVOKE && outcomeAt(columns, i) !== OK) unknown++;
      if (move === undefined) {
        if (type === INVOKE) malformed.push(i);
      } else if (type === INVOKE) ledger.begin(move);
      else if (type === OK) {
        acknowledged++;
        ledger.acknowledge(move);
      }
    } else if (f === read && type === INVOKE) ledger.look(i);
    else if (f === read && type === OK) {
      reads++;
      const balances = history.value(columns.value[i]!);
      if (isRecord(balances)) judge({ at: i, balances, allowed: ledger.seen(columns.pair[i]!) });
      else malformed.push(i);
    } else if (f !== read && type === INVOKE) foreign++;
  }
  return { reads, acknowledged, unknown, foreign, malformed, lastTransfer };
}

class RunningSums {
  readonly #accounts = new Map<string, Sums>();
  /** By invocation of a read in flight: what was acknowledged before, by account. */
  readonly #before = new Map<number, ReadonlyMap<string, readonly [sureIn: number, sureOut: number]>>();

  begin({ from, to, amount }: Move): void {
    this.#of(from).possibleOut += amount;
    this.#of(to).possibleIn += amount;
  }

  acknowledge({ from, to, amount }: Move): void {
    this.#of(from).sureOut += amount;
    this.#of(to).sureIn += amount;
  }

  look(invocation: number): void {
    this.#before.set(invocation, new Map(Array.from(this.#accounts, ([account, { sureIn, sureOut }]) => [account, [sureIn, sureOut]])));
  }

  seen(invocation: number): (account: string) => Allowed {
    const before = this.#before.get(invocation);
    this.#before.delete(invocation);
    return (account) => {
      const now = this.#accounts.get(account);
      if (now === undefined) return { lower: 0, upper: 0 };
      const [sureIn, sureOut] = before?.get(account) ?? [0, 0];
      return { lower: sureIn - now.possibleOut, upper: now.possibleIn - sureOut };
    };
  }

  #of(account: string): Sums {
    let sums = this.#accounts.get(account);
    if (sums === undefined) {
      sums = { sureIn: 0, sureOut: 0, possibleIn: 0, possibleOut: 0 };
      this.#accounts.set(account, sums);
    }
    return sums;
  }
}

function refused({ columns }: History, invocation: number): boolean {
  const completion = columns.pair[invocation]!;
  return completion >= 0 && (eventType(columns, completion) === FAIL || !isApplied(columns, completion));
}

function moveOf(value: Value | undefined): Move | undefined {
  if (!isRecord(value)) return undefined;
  const { from, to, amount } = value;
  if (!isName(from) || !isName(to) || typeof amount !== 'number' || !(amount >= 0)) return undefined;
  // what goes from an account to itself does not move
  return { from: String(from), to: String(to), amount: String(from) === String(to) ? 0 : amount };
}

function isName(value: Value | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: Value | undefined): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
