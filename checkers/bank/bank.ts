/**
 * The checker `bank`, a law of conservation: transfers move amounts between accounts, each read returns all balances. The
 * total is the same in every read, whatever became of a transfer; no balance is negative unless that is allowed; and where
 * it is known what the accounts held at first, each balance of a final read (of every read, where reads are linearizable)
 * lies within what the transfers explain, an unknown one counting both ways. After Jepsen's bank, which has the first two
 * laws. The last one is judged account by account, so it may miss what only several accounts together show.
 * O(events + reads × accounts).
 */
import { z } from 'zod';
import type { Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { type BankRead, type BankScan, scanBank } from './reads.ts';
import { type Fault, tell } from './tell.ts';

const options = z.strictObject({
  accounts: z.int().min(2).optional().describe('How many accounts there are: "0", "1", … Then a read must show all of them, and no other.'),
  balance: z.int().min(0).optional().describe('What each of them holds at first. Then the transfers must explain the balances.'),
  total: z.int().optional().describe('What all accounts hold together. By default accounts × balance, or else what most reads show.'),
  negative: z.enum(['refused', 'allowed']).default('refused').describe('Whether a balance may be negative.'),
  explained: z
    .enum(['final-reads', 'every-read', 'no-read'])
    .default('final-reads')
    .describe('Which reads must show what was acknowledged before them: those after the last transfer, or (linearizable reads) every one.'),
  transfer: z.string().default('transfer').describe('The name of the operation that moves an amount: {"from", "to", "amount"}.'),
  read: z.string().default('read').describe('The name of the operation that reads all accounts: it returns {"account": balance}.'),
});

export type BankCheckOptions = z.infer<typeof options>;

/** See the head of the file. */
export const bank: Checker<BankCheckOptions> = {
  name: 'bank',
  summary: 'Transfers between accounts keep the total, in every read; no balance is negative, and the transfers explain each.',
  options,
  check(history: History, opts: BankCheckOptions, budget: Budget): Result {
    const faults: Fault[] = [];
    const unexplained: Fault[] = [];
    const totals = new Totals();
    const { scan, finalReads } = judgeReads(history, opts, budget, { faults, unexplained, totals });
    const expected = opts.total ?? (opts.accounts !== undefined && opts.balance !== undefined ? opts.accounts * opts.balance : undefined);
    const law = { ...opts, expected: expected ?? totals.mostShown(), inferred: expected === undefined };
    const all = [...totals.others(law.expected).map((at): Fault => ({ type: 'wrong-total', at, account: '' })), ...faults, ...unexplained];
    const types = ['wrong-total', 'missing-balance', 'unexpected-account', 'negative-balance', 'unexplained-balance'] as const;
    const counts = Object.fromEntries(types.map((type) => [type, all.filter((fault) => fault.type === type).length]));
    const stats: Value = {
      reads: scan.reads,
      finalReads,
      acknowledged: scan.acknowledged,
      unknown: scan.unknown,
      total: law.expected ?? null,
      ...(totals.range() ?? {}),
      ...counts,
    };
    const reasons = openQuestions(scan, opts, finalReads);
    // other operations may change the total
    const sound = scan.foreign === 0;
    const witness = law.inferred ? totals.firstOf(law.expected) : -1;
    const anomalies = sound
      ? types.flatMap((type) =>
          spellOut(
            all.filter((fault) => fault.type === type),
            (fault) => tell(history, law, fault, witness),
          ),
        )
      : [];
    return conclude('bank', stats, anomalies, reasons);
  },
};

interface Findings {
  readonly faults: Fault[];
  readonly unexplained: Fault[];
  readonly totals: Totals;
}

function judgeReads(history: History, opts: BankCheckOptions, budget: Budget, { faults, unexplained, totals }: Findings) {
  const { accounts, balance, explained } = opts;
  const expected = accounts === undefined ? undefined : Array.from({ length: accounts }, (_, account) => String(account));
  const begun: number[] = [];
  const scan = scanBank(history, opts, budget, (read) => {
    begun.push(history.columns.pair[read.at]!);
    const whole = judgeShape(read, expected, faults);
    const entries = Object.entries(read.balances).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    if (whole) totals.add(read.at, sum(entries));
    const negative = opts.negative === 'allowed' ? undefined : entries.find(([, held]) => held < 0);
    if (negative !== undefined) faults.push({ type: 'negative-balance', at: read.at, account: negative[0] });
    if (balance === undefined || explained === 'no-read') return;
    const strange = entries.find(([account, held]) => (expected?.includes(account) ?? true) && !within(held - balance, read, account));
    if (strange !== undefined) unexplained.push({ type: 'unexplained-balance', at: read.at, account: strange[0], allowed: read.allowed(strange[0]) });
  });
  const isFinal = (invocation: number): boolean => invocation > scan.lastTransfer;
  if (explained === 'final-reads') {
    const final = unexplained.filter(({ at }) => isFinal(history.columns.pair[at]!));
    unexplained.splice(0, unexplained.length, ...final);
  }
  return { scan, finalReads: begun.filter(isFinal).length };
}

/** Whether the read shows just what it must. */
function judgeShape({ at, balances }: BankRead, expected: readonly string[] | undefined, faults: Fault[]): boolean {
  const missing = (expected ?? Object.keys(balances)).find((account) => typeof balances[account] !== 'number');
  const extra = expected === undefined ? undefined : Object.keys(balances).find((account) => !expected.includes(account));
  if (missing !== undefined) faults.push({ type: 'missing-balance', at, account: missing });
  if (extra !== undefined) faults.push({ type: 'unexpected-account', at, account: extra });
  return missing === undefined && extra === undefined;
}

function within(moved: number, read: BankRead, account: string): boolean {
  const { lower, upper } = read.allowed(account);
  return moved >= lower && moved <= upper;
}

function sum(entries: readonly (readonly [string, number])[]): number {
  return entries.reduce((total, [, held]) => total + held, 0);
}

/** The totals that reads showed. */
class Totals {
  readonly #reads = new Map<number, number[]>();

  add(at: number, total: number): void {
    const same = this.#reads.get(total);
    if (same === undefined) this.#reads.set(total, [at]);
    else same.push(at);
  }

  /** Of equally frequent ones the first; undefined without reads. */
  mostShown(): number | undefined {
    let most: number | undefined;
    for (const [total, reads] of this.#reads) if (most === undefined || reads.length > this.#reads.get(most)!.length) most = total;
    return most;
  }

  firstOf(total: number | undefined): number {
    return total === undefined ? -1 : (this.#reads.get(total)?.[0] ?? -1);
  }

  /** Reads of another total, in order. */
  others(total: number | undefined): number[] {
    const found: number[] = [];
    for (const [shown, reads] of this.#reads) if (shown !== total) for (const at of reads) found.push(at);
    return found.sort((a, b) => a - b);
  }

  range(): { readonly lowest: number; readonly highest: number } | undefined {
    let [lowest, highest] = [Infinity, -Infinity];
    for (const total of this.#reads.keys()) {
      lowest = Math.min(lowest, total);
      highest = Math.max(highest, total);
    }
    return lowest === Infinity ? undefined : { lowest, highest };
  }
}

function openQuestions(scan: BankScan, { transfer, read, balance, explained }: BankCheckOptions, finalReads: number): Reason[] {
  const reasons: Reason[] = [];
  if (scan.foreign > 0)
    reasons.push({ code: 'foreign-operations', message: `${scan.foreign} operations are neither "${transfer}" nor "${read}": they may change the total` });
  if (scan.malformed.length > 0)
    reasons.push({ code: 'malformed-value', message: `${scan.malformed.length} operations are not of the form that is judged (event ${scan.malformed[0]})` });
  if (scan.reads === 0)
    reasons.push({ code: 'nothing-read', message: `no "${read}" succeeded`, remedy: 'Read all accounts while transfers go on, and at the end.' });
  if (scan.acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${transfer}" was acknowledged, so nothing moved` });
  else if (scan.reads > 0 && finalReads === 0 && balance !== undefined && explained === 'final-reads') {
    const remedy = 'Let the run settle for longer, or check why the final reads failed.';
    reasons.push({ code: 'no-final-read', message: `no "${read}" succeeded after the last "${transfer}": whether the transfers lasted is not known`, remedy });
  }
  return reasons;
}
