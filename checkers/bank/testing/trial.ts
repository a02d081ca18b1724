/** What `bank` means, spelled out read by read, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, Injection, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { bank } from '../bank.ts';

type Balances = Record<string, Value>;
interface Move {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** Every anomaly; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const { accounts, balance, total: given, negative = 'refused', explained = 'final-reads' } = options;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const endOf = (event: Event): Event | undefined => (history.columns.pair[event.index]! < 0 ? undefined : events[history.columns.pair[event.index]!]);
  const reads = events.filter(({ type, f, process }) => type === 'ok' && f === 'read' && typeof process === 'number');
  const transfers = events.filter(({ type, f }) => type === 'invoke' && f === 'transfer');
  const last = events.findLastIndex(({ f }) => f === 'transfer');
  const names = typeof accounts === 'number' ? Array.from({ length: accounts }, (_, i) => String(i)) : undefined;
  const whole = (read: Event) => {
    const shown = Object.entries(read.value as Balances);
    return shown.every(([name, held]) => typeof held === 'number' && (names?.includes(name) ?? true)) && shown.length >= (names?.length ?? 0);
  };
  const totalOf = (read: Event) => Object.values(read.value as Balances).reduce((sum: number, held) => sum + Number(held), 0);
  const totals = reads.filter(whole).map(totalOf);
  const frequency = (total: number) => totals.filter((other) => other === total).length;
  const expected =
    given ??
    (names !== undefined && typeof balance === 'number'
      ? names.length * balance
      : totals.find((total) => totals.every((other) => frequency(other) <= frequency(total))));
  const found: string[] = [];
  for (const read of reads) {
    const held = read.value as Balances;
    if ((names ?? Object.keys(held)).some((name) => typeof held[name] !== 'number')) found.push(`missing-balance ${read.index}`);
    if (names !== undefined && Object.keys(held).some((name) => !names.includes(name))) found.push(`unexpected-account ${read.index}`);
    if (whole(read) && totalOf(read) !== expected) found.push(`wrong-total ${read.index}`);
    if (negative === 'refused' && Object.values(held).some((each) => typeof each === 'number' && each < 0)) found.push(`negative-balance ${read.index}`);
    const begun = history.columns.pair[read.index]!;
    if (typeof balance !== 'number' || explained === 'no-read' || (explained === 'final-reads' && begun < last)) continue;
    const strange = Object.entries(held).some(([name, each]) => {
      if (typeof each !== 'number' || names?.includes(name) === false) return false;
      let [least, most] = [balance, balance];
      for (const transfer of transfers.filter(({ index }) => index < read.index)) {
        const end = endOf(transfer);
        if (end?.type === 'fail' || end?.applied === false) continue;
        const { from, to, amount } = transfer.value as unknown as Move;
        const by = (String(to) === name ? amount : 0) - (String(from) === name ? amount : 0);
        const sure = end?.type === 'ok' && end.index < begun;
        least += sure ? by : Math.min(by, 0);
        most += sure ? by : Math.max(by, 0);
      }
      return each < least || each > most;
    });
    if (strange) found.push(`unexplained-balance ${read.index}`);
  }
  return found;
}

/** A small bank of three accounts with two each, whose reads are wrong now and then. */
function random(below: Below): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  const held = [2, 2, 2];
  const open: { process: number; op: string; move?: Move }[] = [];
  const wrong = below(3) === 0 ? 0 : 1;
  let process = 0;
  for (let step = 2 + below(12); step > 0; step--) {
    const kind = below(7);
    if (kind < 2) {
      const move = { from: below(3), to: below(3), amount: 1 + below(2) };
      events.push([process, 'invoke', 'transfer', move as unknown as Value]);
      open.push({ process: process++, op: 'transfer', move });
    } else if (kind < 4) {
      events.push([process, 'invoke', 'read', null]);
      open.push({ process: process++, op: 'read' });
    } else if (open.length > 0) {
      const [{ process: who, op, move }] = open.splice(below(open.length), 1) as [{ process: number; op: string; move?: Move }];
      const outcome = below(8);
      const applies = move !== undefined && (held[move.from]! >= move.amount || below(6) === 0) && outcome !== 6;
      if (applies) {
        held[move.from]! -= move.amount;
        held[move.to]! += move.amount;
      }
      if (outcome === 6) events.push([who, 'fail', op, move as unknown as Value]);
      else if (outcome === 7) events.push([who, 'info', op, move as unknown as Value]);
      else if (move !== undefined) events.push([who, 'ok', op, move as unknown as Value, applies ? {} : { applied: false }]);
      else events.push([who, 'ok', op, shown(held, below, wrong)]);
    }
  }
  return events;
}

function shown(held: readonly number[], below: Below, wrong: number): Value {
  const balances: Balances = Object.fromEntries(held.entries());
  if (below(8) >= 2 * wrong) return balances;
  const kind = below(5);
  if (kind === 0) balances[3] = 1;
  else if (kind === 1) balances[below(3)] = null;
  else if (kind === 2) delete balances[below(3)];
  else balances[below(3)] = below(5) - 1;
  return balances;
}

const ACCOUNTS = 8;
const BALANCE = 1000;
/** More than all unknown transfers of a long history come to. */
const FAR = 1_000_000;

/** Ten processes; each operation takes effect between its events; every tenth reads. */
function* good(operations: number): Iterable<WrittenEvent> {
  const held = new Array<number>(ACCOUNTS).fill(BALANCE);
  for (let n = 0; n < operations; n++) {
    const process = n * 2;
    if (n % 10 === 9 || n === operations - 1) {
      yield [process, 'invoke', 'read', null];
      yield [process, 'ok', 'read', Object.fromEntries(held.entries())];
      continue;
    }
    const move: Move = { from: n % ACCOUNTS, to: (n * 3 + 1) % ACCOUNTS, amount: 1 + (n % 5) };
    const applies = held[move.from]! >= move.amount && n % 7 !== 0;
    const value = move as unknown as Value;
    yield [process, 'invoke', 'transfer', value];
    if (applies) {
      held[move.from]! -= move.amount;
      held[move.to]! += move.amount;
    }
    // an unknown one may have happened or not
    if (n % 5000 === 11) yield [process, 'info', 'transfer', value];
    else yield [process, 'ok', 'transfer', value, applies ? {} : { applied: false }];
  }
}

/** Changes what the next read from there shows. */
function misread(change: (balances: Balances, below: Below) => void): Injection {
  return (events, at, below) => {
    const index = events.findIndex(([, type, f], i) => i >= at && type === 'ok' && f === 'read');
    const [process, type, f, value] = events[index]!;
    const balances = { ...(value as Balances) };
    change(balances, below);
    events[index] = [process, type, f, balances];
  };
}

export const bankTrial: LawTrial = {
  checker: bank as Checker,
  options: [
    {},
    { accounts: 3, balance: 2 },
    { accounts: 3, balance: 2, explained: 'every-read' },
    { total: 6, negative: 'allowed' },
    { accounts: 3, balance: 2, explained: 'no-read' },
  ],
  random,
  naive,
  good,
  goodOptions: { accounts: ACCOUNTS, balance: BALANCE, explained: 'every-read' },
  alsoShownBy: { 'unexplained-balance': ['wrong-total', 'negative-balance'] },
  injections: {
    'wrong-total': misread((balances, below) => {
      balances[3] = (balances[3] as number) + FAR + below(2);
    }),
    'missing-balance': misread((balances, below) => {
      balances[below(ACCOUNTS)] = null;
    }),
    'unexpected-account': misread((balances) => {
      balances['12'] = 0;
    }),
    'negative-balance': misread((balances) => {
      balances[1] = (balances[1] as number) + (balances[0] as number) + FAR;
      balances[0] = -FAR;
    }),
    'unexplained-balance': misread((balances) => {
      // the total is right; the richest account holds more than all unknown transfers come to
      const held = Object.entries(balances) as [string, number][];
      const [[richest, most], [other, some]] = held.sort((a, b) => b[1] - a[1]) as [[string, number], [string, number]];
      balances[other] = some + most;
      balances[richest] = 0;
    }),
  },
};
