/**
 * The checker `recovery`: after each heal goodput (successes in a window of time) is back at a share of what it was before
 * the first fault, within a bound. Goodput that never comes back although nothing disturbs it any more has collapsed: the
 * system keeps itself down (metastable failure; Bronson et al., HotOS 2021). And the outside world gets at most so many
 * requests for each that a client made (load amplification), where a ledger counts arrivals. It assumes that the load
 * offered stays the same. O(events + faults × log events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import { ARRIVAL, LEDGER } from '../../harness/ledger/observed.ts';
import { formatSeconds, NS_PER_MS } from '../../harness/time/units.ts';
import { observerCode, whenAt } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { type Goodput, goodputOf, type Recovery } from './goodput.ts';

const options = z.strictObject({
  share: z.number().min(0).max(1).default(0.5).describe('Recovered: so much of the goodput before the first fault is back.'),
  windowMs: z.number().positive().default(1_000).describe('Goodput is successes within so much time (ms).'),
  withinMs: z.number().positive().default(10_000).describe('So soon after a heal it must be back (ms).'),
  maxAmplification: z
    .number()
    .min(1)
    .optional()
    .describe('The outside world may get at most so many requests for each that a client made; the ledger counts them.'),
  request: z.string().default('request').describe('The name of the operation that makes such a request.'),
});

export type RecoveryOptions = z.infer<typeof options>;

interface Load {
  readonly arrivals: number;
  readonly requests: number;
  /** The first arrival, -1 without one. */
  readonly first: number;
}

/** See the head of the file. */
export const recovery: Checker<RecoveryOptions> = {
  name: 'recovery',
  summary: 'After each fault goodput comes back within a bound, and does not collapse; the load on others is not amplified.',
  options,
  check(history: History, law: RecoveryOptions, budget: Budget): Result {
    const goodput = goodputOf(history, law, budget);
    const load = loadOf(history, law.request);
    const judged = goodput.baseline > 0 ? goodput.recoveries : [];
    const failed = judged.filter((one) => isLate(history, one, law));
    const amplification = load.requests === 0 ? null : Math.round((load.arrivals / load.requests) * 1000) / 1000;
    const stats: Value = {
      baseline: Math.round(goodput.baseline * 100) / 100,
      enough: goodput.enough,
      amplification: load.arrivals === 0 ? null : amplification,
      recoveries: goodput.recoveries.map((one) => ({ id: one.window.id, recoveryMs: one.at < 0 ? null : tookNs(history, one, one.at) / NS_PER_MS })),
    };
    const anomalies = spellOut(failed, (one) => tell(history, law, goodput, one));
    const { maxAmplification } = law;
    if (maxAmplification !== undefined && load.requests > 0 && load.arrivals > maxAmplification * load.requests) anomalies.push(tellAmplified(law, load));
    return conclude('recovery', stats, anomalies, openQuestions(history, law, goodput, load));
  },
};

function tookNs(history: History, { window }: Recovery, until: number): number {
  return history.columns.time[until]! - history.columns.time[window.healed]!;
}

/** It took longer than the bound, or did not come while that passed. */
function isLate(history: History, one: Recovery, { withinMs }: RecoveryOptions): boolean {
  return tookNs(history, one, one.at < 0 ? one.until : one.at) > withinMs * NS_PER_MS;
}

function loadOf(history: History, request: string): Load {
  const { columns } = history;
  const ledger = observerCode(history, LEDGER);
  const [arrival, asked] = [history.fs.indexOf(ARRIVAL), history.fs.indexOf(request)];
  let [arrivals, requests, first] = [0, 0, -1];
  for (let i = 0; i < history.length; i++) {
    if (columns.process[i] === ledger && columns.f[i] === arrival) {
      arrivals++;
      if (first < 0) first = i;
    } else if (columns.f[i] === asked && isClient(columns, i) && eventType(columns, i) === INVOKE) requests++;
  }
  return { arrivals, requests, first };
}

function tell(history: History, { share, windowMs, withinMs }: RecoveryOptions, { baseline, enough }: Goodput, { window, at, until, last }: Recovery): Anomaly {
  const type = at < 0 && last ? 'goodput-collapse' : 'late-recovery';
  const healed = `${window.id} was healed at ${whenAt(history, window.healed)}`;
  const measure = `${enough} successes in ${formatSeconds(windowMs * NS_PER_MS)} (before the first fault there were ${Math.round(baseline * 10) / 10})`;
  const bound = `the bound is ${formatSeconds(withinMs * NS_PER_MS)}`;
  const until2 = last ? 'to the end of the workload' : 'until the next fault';
  const sentence =
    at < 0
      ? `${healed}, and from then ${until2} there were never ${measure}; ${bound}`
      : `${healed}, and only at ${whenAt(history, at)} there were ${measure}; ${bound}`;
  const data = { share, windowMs, withinMs, healed: window.healed, until: at < 0 ? until : at };
  return { type, ops: [window.healed, data.until], sentence, certificate: { kind: `recovery/${type}`, data } };
}

function tellAmplified({ request, maxAmplification }: RecoveryOptions, { arrivals, requests, first }: Load): Anomaly {
  const each = Math.round((arrivals / requests) * 10) / 10;
  return {
    type: 'load-amplified',
    ops: [first],
    sentence: `the outside world got ${arrivals} requests for the ${requests} that clients made: ${each} for each; the bound is ${maxAmplification}`,
    certificate: { kind: 'recovery/load-amplified', data: { request, maxAmplification: maxAmplification ?? null } },
  };
}

function openQuestions(history: History, law: RecoveryOptions, { baseline, faults, recoveries }: Goodput, load: Load): Reason[] {
  const reasons: Reason[] = [];
  const remedyOfTime = 'Begin with a quiet window, and end with one that is longer than the bound.';
  if (faults === 0) reasons.push({ code: 'no-fault', message: 'no fault was injected, so there was nothing to recover from', remedy: 'Ask for --faults.' });
  else if (baseline === 0)
    reasons.push({ code: 'no-baseline', message: `nothing succeeded in ${law.windowMs} ms or more before the first fault`, remedy: remedyOfTime });
  else if (recoveries.length === 0)
    reasons.push({ code: 'recovery-not-measured', message: 'no fault was healed while the workload went on', remedy: remedyOfTime });
  const idle = recoveries.filter(({ load: during }) => during === 0).length;
  if (recoveries.length > 0 && idle === recoveries.length)
    reasons.push({
      code: 'no-overlap',
      message: 'nothing succeeded while any of the faults held: the workload may not have overlapped them',
      remedy: remedyOfTime,
    });
  const cut = baseline > 0 ? recoveries.filter((one) => one.at < 0 && !isLate(history, one, law)) : [];
  if (cut.length > 0)
    reasons.push({
      code: 'recovery-not-measured',
      message: `goodput was not back after ${cut[0]!.window.id}, but less time than the bound passed`,
      remedy: remedyOfTime,
    });
  if (law.maxAmplification !== undefined && (load.arrivals === 0 || load.requests === 0))
    reasons.push({ code: 'no-arrivals', message: `no ledger counted arrivals of "${law.request}"`, remedy: 'Let the service under test speak to the ledger.' });
  return reasons;
}
