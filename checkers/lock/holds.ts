/** Who believed to hold a lock when: information for the report, never a verdict (effects at the resource are judged). */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { eventType, INFO, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { formatSeconds, NS_PER_MS } from '../../harness/time/units.ts';
import { whoAt } from '../columns/events.ts';
import { numberIn, valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

interface Hold {
  readonly acquired: number;
  readonly process: number;
  /** When its lease ends, seen from the earliest moment at which it may have begun. */
  readonly expires: number;
}

export interface Holds {
  readonly acquired: number;
  readonly holders: number;
  /** Holds that began while another was not over. */
  readonly overlaps: number;
  readonly firstOverlap: string | null;
  /** By key and token. */
  readonly grants: ReadonlyMap<number, ReadonlyMap<number, Grant>>;
}

export interface Grant {
  /** When it was acknowledged. */
  readonly since: number;
  /** When its lease had certainly ended; infinity where it has none. */
  readonly ends: number;
}

/** O(events · holds open at once). Throws BudgetExhausted. */
export function collectHolds(history: History, names: { readonly acquire: string; readonly release: string }, budget: Budget): Holds {
  const { columns } = history;
  const read = valueReader(history);
  const acquire = history.fs.indexOf(names.acquire);
  const release = history.fs.indexOf(names.release);
  const open = new Map<number, Hold[]>();
  const grants = new Map<number, Map<number, Grant>>();
  const holders = new Set<number>();
  const counts = { acquired: 0, overlaps: 0 };
  let firstOverlap: string | null = null;
  const close = (process: number, key?: number): void => {
    for (const [each, holds] of open)
      if (key === undefined || key === each)
        open.set(
          each,
          holds.filter((hold) => hold.process !== process),
        );
  };
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, grants.size * 100);
    if (!isClient(columns, i)) continue;
    const process = columns.process[i]!;
    const type = eventType(columns, i);
    const key = columns.key[i]!;
    if (type === INFO) close(process);
    else if (columns.f[i] === release && type === INVOKE) close(process, key);
    else if (columns.f[i] === acquire && type === OK && isApplied(columns, i)) {
      const value = read(columns.value[i]!);
      const expires = leaseEndOf(history, i, value);
      note(grants, key, tokenOf(value), expires, history, i);
      close(process, key);
      const others = (open.get(key) ?? []).filter((hold) => hold.expires > columns.time[i]!);
      counts.acquired++;
      holders.add(process);
      if (others[0] !== undefined) {
        counts.overlaps++;
        firstOverlap ??= overlapOf(history, key, others[0].acquired, i);
      }
      open.set(key, [...others, { acquired: i, process, expires }]);
    }
  }
  return { ...counts, holders: holders.size, firstOverlap, grants };
}

/** An acquisition completes with its token, `{ token, lease }` (ms), or nothing. */
function tokenOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' ? value : numberIn(value, 'token');
}

function leaseEndOf({ columns }: History, at: number, value: Value | undefined): number {
  const lease = numberIn(value, 'lease');
  return lease === undefined ? Number.POSITIVE_INFINITY : columns.time[columns.pair[at]!]! + lease * NS_PER_MS;
}

function note(grants: Map<number, Map<number, Grant>>, key: number, token: number | undefined, expires: number, { columns }: History, at: number): void {
  if (token === undefined) return;
  const ofKey = grants.get(key) ?? new Map<number, Grant>();
  const since = columns.time[at]!;
  // the lease may have begun as late as its acknowledgement
  ofKey.set(token, { since, ends: expires - columns.time[columns.pair[at]!]! + since });
  grants.set(key, ofKey);
}

function overlapOf(history: History, key: number, earlier: number, later: number): string {
  const { time } = history.columns;
  const what = key === NO_VALUE ? 'the lock' : `the lock ${JSON.stringify(history.value(key))}`;
  const when = (at: number) => formatSeconds(time[at]!);
  return `${what} was held by ${whoAt(history, earlier)} since ${when(earlier)} when ${whoAt(history, later)} got it at ${when(later)}`;
}
