/** The figures behind a verdict on growing collections, and what stays undecided. */
import type { History, Reason, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { words } from '../columns/events.ts';
import { quantiles } from '../columns/quantiles.ts';
import type { Collected, MembershipNames } from './collect.ts';
import type { Judgement } from './judge.ts';
import type { ReadModel } from './sightings.ts';

/** The figures of one or several collections, for results and reports. Latencies in ms of the run's clock. */
export function membershipStats(history: History, judged: readonly Judgement[], model: ReadModel): Value {
  const sum = (figure: (one: Judgement) => number): number => judged.reduce((total, one) => total + figure(one), 0);
  const nodes = new Set(
    judged.flatMap((one) => one.final.reads.map((read) => history.nodes[history.columns.node[one.collection.reads.complete[read]!]!] ?? '?')),
  );
  return {
    reads: model,
    collections: judged.length,
    attempts: sum(({ collection: { adds } }) => adds.ok + adds.fail + adds.info),
    acknowledged: sum(({ collection }) => collection.adds.ok),
    failed: sum(({ collection }) => collection.adds.fail),
    unknown: sum(({ collection }) => collection.adds.info),
    okReads: sum(({ collection }) => collection.reads.count),
    finalReads: sum(({ final }) => final.reads.length),
    finalReadsFrom: [...nodes].sort(),
    finalReadsBy: judged[0]?.final.by ?? 'phase',
    lost: sum((one) => one.lost.length),
    divergent: sum((one) => one.divergent.length),
    stale: sum((one) => one.missed.stale.length),
    resurrected: sum((one) => one.missed.resurrected.length),
    vanished: sum((one) => one.missed.vanished.length),
    duplicated: sum((one) => one.sightings.duplicates.length),
    unexpected: sum((one) => one.unexpected.length),
    failedButVisible: sum((one) => one.failedVisible.length),
    neverRead: sum((one) => one.neverRead),
    recovered: sum((one) => one.recovered),
    ...latencies(history, judged),
  };
}

/**
 * `stableLatencyMs`: from knowing an element to the start of the last read that missed it, 0 where none did.
 * `lostLatencyMs`: from knowing a lost element to the start of the last read that showed it, 0 where none did.
 */
function latencies(history: History, judged: readonly Judgement[]): { stableLatencyMs: Value; lostLatencyMs: Value } {
  const { time } = history.columns;
  const stable: number[] = [];
  const gone: number[] = [];
  for (const { collection, sightings, lost } of judged) {
    const lostOnes = new Set(lost);
    for (let element = 0; element < sightings.known.length; element++) {
      const known = sightings.known[element]!;
      if (known === Infinity) continue;
      const isLost = lostOnes.has(element);
      const last = isLost ? sightings.lastSeen[element]! : sightings.lastMiss[element]!;
      const latency = last < 0 ? 0 : Math.max(0, time[collection.reads.invoke[last]!]! - time[known]!) / NS_PER_MS;
      (isLost ? gone : stable).push(latency);
    }
  }
  return { stableLatencyMs: quantiles(stable), lostLatencyMs: quantiles(gone) };
}

/** What cannot be decided: operations of other kinds, answers of other shapes, no authoritative read, nothing to judge. */
export function openQuestions(history: History, judged: readonly Judgement[], { malformed, foreign }: Collected, names: MembershipNames): Reason[] {
  const reasons: Reason[] = [];
  const acknowledged = judged.reduce((total, one) => total + one.collection.adds.ok, 0);
  const unread = judged.filter((one) => one.collection.adds.ok > 0 && one.final.reads.length === 0);
  if (foreign > 0) {
    reasons.push({
      code: 'foreign-operations',
      message: `${foreign} operations are neither "${names.add}" nor "${names.read}": what they do is not known to this checker`,
    });
  }
  const first = malformed[0];
  if (first !== undefined) {
    const value = words(history.value(history.columns.value[first]!));
    reasons.push({ code: 'malformed-read', message: `${malformed.length} reads did not return a list (event ${first}: ${value})` });
  }
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${names.add}" was acknowledged, so nothing could be lost` });
  else if (unread.length > 0) {
    const open = unread.reduce((total, one) => total + one.collection.adds.ok, 0);
    reasons.push({
      code: 'no-final-read',
      message: `no final read succeeded: whether ${open} acknowledged additions survived is not known`,
      remedy: 'Let the run settle for longer, or check why the final reads failed.',
    });
  }
  return reasons;
}
