/**
 * The checker `convergence`. Eventual consistency with a bound: once updates have ended and faults are healed for so long,
 * every node shows the same state of an object (a key). Strong eventual consistency (Shapiro et al., SSS 2011): nodes that
 * have seen the same updates show the same state, at any time; judged where reads tell what they have seen. An update of
 * unknown outcome may take effect at any time, but once: so reads of an object, each begun when the one before it had ended
 * for the bound, may see its state change at most as often as it has unknown updates. O(events + reads log reads).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { type Replicated, type StateRead, type States, statesOf } from './states.ts';

const options = z.strictObject({
  boundMs: z.number().min(0).default(0).describe('For how long after the last update and the last heal nodes may still differ (ms).'),
  update: z.string().default('update').describe('The name of the operation that changes an object (a key).'),
  read: z.string().default('read').describe('The name of the operation that reads it: it returns the state, or {"state", "updates": [ids that it has seen]}.'),
});

export type ConvergenceOptions = z.infer<typeof options>;

const TYPES = ['divergent', 'same-updates-other-state'] as const;

interface Finding {
  readonly type: (typeof TYPES)[number];
  /** Completions of reads, of which the last one shows it. */
  readonly reads: readonly number[];
}

/** See the head of the file. */
export const convergence: Checker<ConvergenceOptions> = {
  name: 'convergence',
  summary: 'When updates have ended all nodes come to show the same; and the same updates make the same state.',
  options,
  check(history: History, law: ConvergenceOptions, budget: Budget): Result {
    const states = statesOf(history, law, budget);
    const found = states.objects.flatMap((object) => [...divergences(history, object, law), ...otherStates(object)]);
    const of = (type: string): Finding[] => found.filter((finding) => finding.type === type);
    const stats: Value = {
      objects: states.objects.length,
      compared: states.compared,
      acknowledged: states.acknowledged,
      unknown: states.objects.reduce((sum, { unknown }) => sum + unknown, 0),
      ...Object.fromEntries(TYPES.map((type) => [type, of(type).length])),
    };
    const anomalies = TYPES.flatMap((type) => spellOut(of(type), (finding) => tell(history, law, finding)));
    return conclude('convergence', stats, anomalies, openQuestions(states, law));
  },
};

function divergences(history: History, { quiet, unknown }: Replicated, { boundMs }: ConvergenceOptions): Finding[] {
  if (unknown > 0) {
    const chain = changes(history, quiet, unknown, boundMs);
    return chain === undefined ? [] : [{ type: 'divergent', reads: chain }];
  }
  const others = quiet.filter(({ state }) => state !== quiet[0]!.state);
  return others.map(({ at }) => ({ type: 'divergent', reads: [quiet[0]!.at, at] }));
}

/** A read, and the longest sequence of changing states that ends with it. */
interface Link {
  readonly read: StateRead;
  readonly length: number;
  readonly before: Link | undefined;
}

/** Reads that follow one another and show more changes than `most`; undefined where there are none. */
function changes(history: History, quiet: readonly StateRead[], most: number, boundMs: number): number[] | undefined {
  const { time, pair } = history.columns;
  // after each read: the longest sequence so far, and the longest that ends with another state
  const best: (readonly [Link, Link | undefined])[] = [];
  for (const read of quiet) {
    const limit = time[pair[read.at]!]! - boundMs * NS_PER_MS;
    let [low, high] = [0, best.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { at } = quiet[middle]!;
      if (at < pair[read.at]! && time[at]! <= limit) low = middle + 1;
      else high = middle;
    }
    const [longest, other] = low === 0 ? [undefined, undefined] : best[low - 1]!;
    const before = longest?.read.state === read.state ? other : longest;
    const link: Link = { read, length: (before?.length ?? 0) + 1, before };
    if (link.length > most + 1) return readsOf(link);
    best.push(better(best.at(-1), link));
  }
  return undefined;
}

function better(known: readonly [Link, Link | undefined] | undefined, link: Link): readonly [Link, Link | undefined] {
  if (known === undefined) return [link, undefined];
  const [first, second] = known;
  if (link.read.state === first.read.state) return link.length > first.length ? [link, second] : known;
  if (link.length > first.length) return [link, first];
  return second === undefined || link.length > second.length ? [first, link] : known;
}

function readsOf(link: Link): number[] {
  const reads: number[] = [];
  for (let here: Link | undefined = link; here !== undefined; here = here.before) reads.push(here.read.at);
  return reads.reverse();
}

function otherStates({ reads }: Replicated): Finding[] {
  const first = new Map<string, StateRead>();
  const found: Finding[] = [];
  for (const read of reads) {
    if (read.updates === undefined) continue;
    const known = first.get(read.updates);
    if (known === undefined) first.set(read.updates, read);
    else if (known.state !== read.state) found.push({ type: 'same-updates-other-state', reads: [known.at, read.at] });
  }
  return found;
}

function tell(history: History, { boundMs, update, read }: ConvergenceOptions, { type, reads }: Finding): Anomaly {
  const shown = (at: number): string => `${whoAt(history, at)} read ${words(history.event(at).value)} at ${whenAt(history, at)}`;
  const { key } = history.event(reads[0]!);
  const which = key === undefined ? '' : `of ${words(key)} `;
  const sentence =
    type === 'divergent'
      ? `all was quiet, yet ${which}${shown(reads.at(-2)!)}, and ${shown(reads.at(-1)!)}`
      : `having seen the same updates ${which}${shown(reads[0]!)}, and ${shown(reads[1]!)}`;
  return { type, ops: reads, sentence, certificate: { kind: `convergence/${type}`, data: { boundMs, update, read, reads: [...reads] } } };
}

function openQuestions({ acknowledged, compared }: States, { update, read }: ConvergenceOptions): Reason[] {
  if (acknowledged === 0) return [{ code: 'nothing-acknowledged', message: `no "${update}" was acknowledged` }];
  if (compared > 0) return [];
  const message = `no "${read}" succeeded on two nodes for the same key after all had been quiet`;
  return [{ code: 'no-final-read', message, remedy: 'Read every key on every node at the end, or let the run settle for longer.' }];
}
