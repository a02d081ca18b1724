/** From sightings to findings: which elements are lost, divergent, missed, duplicated or impossible, and since when. */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { lastNemesisEvent, type RunPhases } from '../columns/run-phases.ts';
import type { Collection } from './collect.ts';
import { countPresent, type FinalReads, finalReads } from './final-reads.ts';
import { findIncomparable, type Incomparable, type ReadModel, type Sightings, sightings } from './sightings.ts';

/** How a missed element came to be missed: see `classifyMiss`. */
type MissKind = 'stale' | 'resurrected' | 'vanished';

/** All lists hold element ids (or sightings) of the collection. */
export interface Judgement {
  readonly collection: Collection;
  readonly sightings: Sightings;
  readonly final: FinalReads;
  /** Acknowledged, and in none of the final reads. */
  readonly lost: readonly number[];
  /** Known, in some final reads and not in others. */
  readonly divergent: readonly number[];
  /** Missed by some read after they were known; without those above. */
  readonly missed: Readonly<Record<MissKind, readonly number[]>>;
  /** Impossible sightings of elements whose only attempts so far had failed. */
  readonly failedVisible: readonly { readonly element: number; readonly read: number }[];
  /** Impossible sightings of elements that nobody had tried to add. */
  readonly unexpected: readonly { readonly element: number; readonly read: number }[];
  /** Sought with linearizable reads, and only where nothing is missed. */
  readonly incomparable: Incomparable | undefined;
  /** Acknowledged elements that no read contains. */
  readonly neverRead: number;
  /** Elements with an unknown outcome that some read contains. */
  readonly recovered: number;
}

/** Judges one collection. Throws BudgetExhausted. */
export function judge(history: History, collection: Collection, phases: RunPhases, model: ReadModel, copies: 'one' | 'attempts', budget: Budget): Judgement {
  const seen = sightings(collection, model, copies, budget);
  const final = finalReads(history, collection, phases, lastNemesisEvent(history));
  const present = countPresent(collection, final.reads);
  const { elements } = collection;
  const impossible = new Set(seen.impossible.map((sighting) => sighting.element));
  const lost: number[] = [];
  const divergent: number[] = [];
  const missed: Record<MissKind, number[]> = { stale: [], resurrected: [], vanished: [] };
  let neverRead = 0;
  let recovered = 0;
  for (let element = 0; element < elements.values.length; element++) {
    const acked = elements.acked[element] !== Infinity;
    if (acked && seen.firstSeen[element] === -1) neverRead++;
    if (!acked && seen.firstSeen[element] !== -1) recovered++;
    if (seen.misses[element] === 0 || impossible.has(element)) continue;
    if (acked && present[element] === 0 && missedBy(collection, final.reads, elements.acked[element]!)) lost.push(element);
    else if (present[element]! > 0 && divergentRead(collection, final.reads, seen, element) >= 0) divergent.push(element);
    else missed[classifyMiss(collection, seen, element)].push(element);
  }
  const anyMissed = lost.length + divergent.length + missed.stale.length + missed.resurrected.length + missed.vanished.length > 0;
  const failedVisible = seen.impossible.filter(({ element, read }) => elements.failed[element]! < collection.reads.complete[read]!);
  return {
    collection,
    sightings: seen,
    final,
    lost,
    divergent,
    missed,
    failedVisible,
    unexpected: seen.impossible.filter((sighting) => !failedVisible.includes(sighting)),
    incomparable: model === 'linearizable' && !anyMissed ? findIncomparable(collection, budget) : undefined,
    neverRead,
    recovered,
  };
}

/** Whether one of the reads was invoked after `event`. */
function missedBy(collection: Collection, reads: readonly number[], event: number): boolean {
  return reads.some((read) => collection.reads.invoke[read]! > event);
}

/** The first of the reads that was invoked after the element was known and does not contain it; -1 without one. */
export function divergentRead(collection: Collection, reads: readonly number[], seen: Sightings, element: number): number {
  return reads.find((read) => collection.reads.invoke[read]! > seen.known[element]! && !contains(collection, read, element)) ?? -1;
}

/** Whether the read contains the element: a scan of its contents, for the few elements that are reported. */
function contains(collection: Collection, read: number, element: number): boolean {
  return collection.contents.subarray(collection.reads.from[read]!, collection.reads.to[read]!).includes(element);
}

/**
 * `resurrected`: read, then gone from a later read, then read again. `vanished`: read, then gone, and never read again.
 * `stale`: acknowledged, and missed before any read had shown it.
 */
function classifyMiss(collection: Collection, seen: Sightings, element: number): MissKind {
  const gone = seen.firstGone[element]!;
  if (gone === -1) return 'stale';
  return collection.reads.invoke[seen.lastSeen[element]!]! > collection.reads.complete[gone]! ? 'resurrected' : 'vanished';
}
