/**
 * The checker `bounded-staleness`: a read of a register misses at most so many of the versions that were acknowledged
 * before it began (k-staleness), or none that had been acknowledged for so long (t-visibility; Bailis et al., VLDB 2012).
 * Only versions that are certainly newer than what was read count. A version that failed for certain is never read.
 * O(events + writes × versions).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { openQuestions } from './questions.ts';
import { type RegisterVisitor, scanRegisters, type Version } from './scan.ts';

const options = z.strictObject({
  versions: z.int().min(0).max(1000).optional().describe('A read may miss at most so many of the versions acknowledged before it began. 0: none.'),
  maxMs: z.number().min(0).optional().describe('A read may miss no version that had been acknowledged for longer than this when it began (ms).'),
  write: z.string().default('write').describe('The name of the operation that writes a register (a key): each writes a value of its own.'),
  read: z.string().default('read').describe('The name of the operation that reads it; null is what was there at first.'),
});

export type BoundedStalenessOptions = z.infer<typeof options>;

const TYPES = ['too-many-versions', 'too-old', 'failed-but-visible'] as const;

interface Finding {
  readonly type: (typeof TYPES)[number];
  readonly at: number;
  /** Acknowledgements of newer versions; or the version itself. */
  readonly newer: readonly number[];
}

/** See the head of the file. */
export const boundedStaleness: Checker<BoundedStalenessOptions> = {
  name: 'bounded-staleness',
  summary: 'Reads are at most so many versions, or so long, behind what was acknowledged.',
  options,
  check(history: History, opts: BoundedStalenessOptions, budget: Budget): Result {
    const watch = new Staleness(history, opts);
    const scan = scanRegisters(history, opts, budget, watch);
    const of = (type: string): Finding[] => watch.found.filter((finding) => finding.type === type);
    const stats: Value = { reads: scan.reads, acknowledged: scan.acknowledged, ...Object.fromEntries(TYPES.map((type) => [type, of(type).length])) };
    const anomalies = scan.foreign > 0 ? [] : TYPES.flatMap((type) => spellOut(of(type), (finding) => tell(history, opts, finding)));
    const reasons: Reason[] = openQuestions(scan, opts);
    if (opts.versions === undefined && opts.maxMs === undefined)
      reasons.push({ code: 'no-bound', message: 'no bound was stated, so nothing is too old', remedy: 'State versions, maxMs, or both.' });
    return conclude('bounded-staleness', stats, anomalies, reasons);
  },
};

/** What is known of one register. */
interface Register {
  /** The newest acknowledged versions, by their beginning: the last one began last. As many as show a violation. */
  newest: readonly Version[];
  /** All acknowledged ones in order, of which the first `old` had been acknowledged for too long when the last read began. */
  readonly acknowledged: Version[];
  old: number;
  newestOld: Version | undefined;
}

/** What a read may not miss, as it began. */
interface Begun {
  readonly newest: readonly Version[];
  readonly old: Version | undefined;
}

class Staleness implements RegisterVisitor {
  readonly found: Finding[] = [];
  readonly #history: History;
  readonly #options: BoundedStalenessOptions;
  readonly #registers = new Map<number, Register>();
  readonly #begun = new Map<number, Begun>();

  constructor(history: History, opts: BoundedStalenessOptions) {
    this.#history = history;
    this.#options = opts;
  }

  wrote(key: number, version: Version): void {
    const register = this.#of(key);
    const { versions, maxMs } = this.#options;
    if (versions !== undefined) register.newest = [...register.newest, version].sort((a, b) => a.invoked - b.invoked).slice(-versions - 1);
    if (maxMs !== undefined) register.acknowledged.push(version);
  }

  reading(key: number, invocation: number): void {
    const register = this.#of(key);
    const { time } = this.#history.columns;
    const until = time[invocation]! - (this.#options.maxMs ?? Infinity) * NS_PER_MS;
    for (; register.old < register.acknowledged.length; register.old++) {
      const version = register.acknowledged[register.old]!;
      if (!(time[version.completed]! < until)) break;
      if (register.newestOld === undefined || version.invoked > register.newestOld.invoked) register.newestOld = version;
    }
    this.#begun.set(invocation, { newest: register.newest, old: register.newestOld });
  }

  read(_key: number, at: number, { completed, invoked, fate }: Version): void {
    const invocation = this.#history.columns.pair[at]!;
    const begun = this.#begun.get(invocation);
    this.#begun.delete(invocation);
    if (fate === 'refused') {
      this.found.push({ type: 'failed-but-visible', at, newer: [invoked] });
      return;
    }
    const missed = this.#options.versions === undefined ? undefined : begun?.newest;
    if (missed !== undefined && missed.length > this.#options.versions! && missed[0]!.invoked > completed)
      this.found.push({ type: 'too-many-versions', at, newer: missed.map((version) => version.completed) });
    if (begun?.old !== undefined && begun.old.invoked > completed) this.found.push({ type: 'too-old', at, newer: [begun.old.completed] });
  }

  #of(key: number): Register {
    let register = this.#registers.get(key);
    if (register === undefined) {
      register = { newest: [], acknowledged: [], old: 0, newestOld: undefined };
      this.#registers.set(key, register);
    }
    return register;
  }
}

function tell(history: History, { versions, maxMs, write, read }: BoundedStalenessOptions, { type, at, newer }: Finding): Anomaly {
  const { key, value } = history.event(at);
  const what = `${whoAt(history, at)} read ${words(value)}${key === undefined ? '' : ` from ${words(key)}`} at ${whenAt(history, at)}`;
  const last = newer.at(-1)!;
  const written = history.event(history.columns.pair[last] ?? last).value;
  const stories: Readonly<Record<Finding['type'], () => string>> = {
    'too-many-versions': () => `${what}, ${newer.length} or more versions behind: ${words(written)} had been acknowledged at ${whenAt(history, last)}`,
    'too-old': () =>
      `${what}, but ${words(written)}, which is newer, had been acknowledged at ${whenAt(history, last)}, more than ${maxMs} ms before the read began`,
    'failed-but-visible': () => `${what}, a write that had failed: either the system applied it, or the client's error table is wrong`,
  };
  const data = { write, read, at, newer: [...newer], versions: versions ?? null, maxMs: maxMs ?? null };
  return { type, ops: [...newer, history.columns.pair[at]!, at], sentence: stories[type](), certificate: { kind: `bounded-staleness/${type}`, data } };
}
