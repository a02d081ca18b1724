/**
 * The checker `counter-bounds`: increments without tags; a read returns a number. Each read must lie between the increments
 * acknowledged before it began (plus decrements that may have happened) and those that may have happened before it ended
 * (minus decrements acknowledged). Unknown increments widen the bounds, and duplicates hide in the width: the checker says
 * how many it is blind to, and where that is more than one in a hundred it does not know that there were none (rule 30).
 * O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt, whenAt, whoAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

const SPELLED_OUT = 8;

const options = z.strictObject({
  increment: z.string().default('increment').describe('The name of the operation that increments; its value is by how much (1 where it has none).'),
  read: z.string().default('read').describe('The name of the operation that reads the count.'),
  maxSlack: z
    .number()
    .min(0)
    .default(0.01)
    .describe('Where the bounds of the tightest final read are wider than this share of the count, duplicates are unknown.'),
});

export type CounterBoundsOptions = z.infer<typeof options>;

/** See the head of the file. */
export const counterBounds: Checker<CounterBoundsOptions> = {
  name: 'counter-bounds',
  summary: 'Every read of a counter lies between what was acknowledged and what was attempted.',
  options,
  check(history: History, opts: CounterBoundsOptions, budget: Budget): Result {
    const scan = scanReads(history, opts, budget);
    const slack = scan.tightest;
    const stats: Value = {
      acknowledged: scan.acknowledged,
      unknown: scan.unknown,
      reads: scan.reads,
      outside: scan.outside.length,
      ...(slack === undefined ? {} : { final: { value: slack.value, lower: slack.lower, upper: slack.upper }, blindTo: slack.upper - slack.lower }),
    };
    const [first, ...others] = scan.outside.slice(0, SPELLED_OUT).map((read) => tell(history, opts, read));
    if (first !== undefined) return { checker: 'counter-bounds', valid: false, anomalies: [first, ...others], stats };
    const [reason, ...reasons] = openQuestions(scan, opts);
    if (reason !== undefined) return { checker: 'counter-bounds', valid: 'unknown', reasons: [reason, ...reasons], stats };
    const blind = slack !== undefined && slack.upper > slack.lower ? [blindness(slack.upper - slack.lower)] : [];
    return { checker: 'counter-bounds', valid: true, stats, ...(blind.length > 0 ? { undecided: blind } : {}) };
  },
};

/** A read and what it may return. `lower` at its invocation, `upper` at its completion. */
interface BoundedRead {
  readonly at: number;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

interface Scan {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly reads: number;
  readonly foreign: number;
  readonly malformed: number;
  readonly outside: readonly BoundedRead[];
  /** Of the reads that began after every increment had ended, the one with the tightest bounds. */
  readonly tightest: BoundedRead | undefined;
}

function scanReads(history: History, { increment, read }: CounterBoundsOptions, budget: Budget): Scan {
  const { columns } = history;
  const add = history.fs.indexOf(increment);
  const get = history.fs.indexOf(read);
  const bounds = new RunningBounds(history);
  const reads: BoundedRead[] = [];
  let foreign = 0;
  let malformed = 0;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, reads.length * 60);
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f === add) bounds.increment(i);
    else if (f === get && type === INVOKE) bounds.begin(i);
    else if (f === get && type === OK) {
      const bounded = bounds.end(i);
      if (bounded === undefined) malformed++;
      else reads.push(bounded);
    } else if (f !== get && type === INVOKE) foreign++;
  }
  const { acknowledged, unknown, last } = bounds;
  const final = reads.filter(({ at }) => columns.pair[at]! > last).sort((a, b) => a.upper - a.lower - (b.upper - b.lower));
  const outside = reads.filter(({ value, lower, upper }) => value < lower || value > upper);
  return { acknowledged, unknown, reads: reads.length, foreign, malformed: malformed + bounds.malformed, outside, tightest: final[0] };
}

/**
 * What has surely and what has possibly been added, as the events go by. A read may return the sum of what was
 * acknowledged before it began, and of any part of what was attempted before it ended: up to all that goes up, down to
 * all that goes down.
 */
class RunningBounds {
  acknowledged = 0;
  unknown = 0;
  malformed = 0;
  /** The last event of an increment. */
  last = -1;
  readonly #history: History;
  /** Sums of increments (up) and decrements (down), attempted and acknowledged so far. */
  #upAttempted = 0;
  #downAttempted = 0;
  #upAcknowledged = 0;
  #downAcknowledged = 0;
  /** By invocation of a read in flight: what had been acknowledged. */
  readonly #begun = new Map<number, readonly [up: number, down: number]>();

  constructor(history: History) {
    this.#history = history;
  }

  increment(index: number): void {
    const { columns } = this.#history;
    const invoked = eventType(columns, index) === INVOKE;
    const invocation = invoked ? index : columns.pair[index]!;
    this.last = index;
    if (invocation < 0 || !mayHaveHappened(this.#history, invocation)) return;
    const by = this.#history.value(columns.value[invocation]!) ?? 1;
    if (typeof by !== 'number') {
      if (invoked) this.malformed++;
    } else if (invoked) {
      if (outcomeAt(columns, index) === OK) this.acknowledged++;
      else this.unknown++;
      if (by > 0) this.#upAttempted += by;
      else this.#downAttempted += by;
    } else if (eventType(columns, index) === OK) {
      if (by > 0) this.#upAcknowledged += by;
      else this.#downAcknowledged += by;
    }
  }

  begin(index: number): void {
    this.#begun.set(index, [this.#upAcknowledged, this.#downAcknowledged]);
  }

  /** Undefined where the read returned no number. */
  end(at: number): BoundedRead | undefined {
    const { columns } = this.#history;
    const begun = this.#begun.get(columns.pair[at]!);
    const value = this.#history.value(columns.value[at]!);
    this.#begun.delete(columns.pair[at]!);
    if (begun === undefined || typeof value !== 'number') return undefined;
    return { at, value, lower: begun[0] + this.#downAttempted, upper: begun[1] + this.#upAttempted };
  }
}

/** Neither failed nor refused. */
function mayHaveHappened(history: History, invocation: number): boolean {
  const completion = history.columns.pair[invocation]!;
  return completion < 0 || (eventType(history.columns, completion) !== FAIL && isApplied(history.columns, completion));
}

function tell(history: History, { increment, read }: CounterBoundsOptions, { at, value, lower, upper }: BoundedRead): Anomaly {
  const side = value > upper ? `at most ${upper} can have been reached` : `at least ${lower} had been acknowledged before`;
  return {
    type: value > upper ? 'count-too-high' : 'count-too-low',
    ops: [history.columns.pair[at]!, at],
    sentence: `${whoAt(history, at)} read ${value} at ${whenAt(history, at)}, but ${side}`,
    certificate: { kind: 'counter/outside-bounds', data: { increment, read, at } },
  };
}

function openQuestions(scan: Scan, { increment, read, maxSlack }: CounterBoundsOptions): Reason[] {
  const reasons: Reason[] = [];
  const { tightest } = scan;
  if (scan.foreign > 0) reasons.push({ code: 'foreign-operations', message: `${scan.foreign} operations are neither "${increment}" nor "${read}"` });
  if (scan.malformed > 0) reasons.push({ code: 'malformed-value', message: `${scan.malformed} operations carry no number` });
  if (scan.acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${increment}" was acknowledged` });
  else if (tightest === undefined) reasons.push({ code: 'no-final-read', message: `no "${read}" succeeded after the last "${increment}"` });
  else if (tightest.upper - tightest.lower > maxSlack * Math.abs(tightest.lower)) {
    reasons.push({ ...blindness(tightest.upper - tightest.lower), remedy: 'Use tagged increments, which show every duplicate (the checker "counter").' });
  }
  return reasons;
}

function blindness(slack: number): Reason {
  return {
    code: 'slack',
    message: `blind to up to ${slack} duplicates, and to as many lost: so wide are the bounds of the tightest final read`,
  };
}
