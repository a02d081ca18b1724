/** Streams of notifications and the writes behind them, as a history tells of them. */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, FAIL, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { lastNemesisEvent, runPhases } from '../columns/run-phases.ts';
import { fieldOf, numberIn, valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

export interface WatchReading {
  readonly caughtUpAfter: number;
  readonly watch: string;
  readonly put: string;
  readonly delete: string;
}

/** One consumer, from where it began; it ends with its process, or where it begins anew. */
export interface Stream {
  readonly process: number;
  /** The key that it watches; undefined: all. */
  readonly key: string | undefined;
  /** It gets what is later than this revision; undefined: whatever is from its first notification on. */
  readonly from: number | undefined;
  /** Its deliveries, in order: changes, and the events that say so. */
  readonly changes: number[];
  readonly at: number[];
  /** The greatest revision that the system said it had come to. */
  progress: number;
  /** Its last answer, -1 before the first. */
  last: number;
  /** How many answers in a row, asked for when all else had ended, brought nothing, at the end of it. */
  empty: number;
  /** Whether that is enough to say that it brings nothing more. */
  final: boolean;
}

/** One entry a change: a revision of a key. */
export interface Changes {
  readonly key: string[];
  readonly revision: number[];
  /** Canonical JSON. */
  readonly value: string[];
  /** The first event that tells of it. */
  readonly at: number[];
}

/** Who asked to write a value: the first attempt that may have happened, the first that failed; -1 without one. */
export interface Attempt {
  possible: number;
  failed: number;
}

export interface Watched {
  readonly streams: readonly Stream[];
  readonly changes: Changes;
  /** Changes of which another event says another value: `change`, and that event. */
  readonly conflicts: readonly { readonly change: number; readonly at: number; readonly value: string }[];
  /** By key and value. */
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly acknowledged: number;
  readonly withoutRevision: number;
  readonly malformed: readonly number[];
}

/** O(size of the history). Throws BudgetExhausted. */
export function collectWatched(history: History, reading: WatchReading, budget: Budget): Watched {
  return new Collector(history, reading).collect(budget);
}

class Collector {
  readonly #history: History;
  readonly #reading: WatchReading;
  readonly #value: (id: number) => Value | undefined;
  readonly #streams: Stream[] = [];
  /** By process and key. */
  readonly #open = new Map<string, Stream>();
  readonly #changes: Changes = { key: [], revision: [], value: [], at: [] };
  readonly #byKey = new Map<string, Map<number, number>>();
  readonly #conflicts: { change: number; at: number; value: string }[] = [];
  readonly #conflicting = new Set<number>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #malformed: number[] = [];
  #acknowledged = 0;
  #withoutRevision = 0;

  constructor(history: History, reading: WatchReading) {
    this.#history = history;
    this.#reading = reading;
    this.#value = valueReader(history);
  }

  collect(budget: Budget): Watched {
    const { columns, fs, length } = this.#history;
    const [watch, put, remove] = [this.#reading.watch, this.#reading.put, this.#reading.delete].map((name) => fs.indexOf(name)) as [number, number, number];
    const quiet = quietAt(this.#history, [put, remove]);
    for (let i = 0; i < length; i++) {
      if ((i & 0xfff) === 0) ask(budget, this.#changes.key.length * 200);
      if (!isClient(columns, i)) continue;
      const f = columns.f[i];
      const invoked = eventType(columns, i) === INVOKE;
      if (f === watch && invoked) this.#begin(i);
      else if (f === watch && eventType(columns, i) === OK) this.#answer(i, quiet);
      else if ((f === put || f === remove) && invoked) this.#write(i, f === remove);
    }
    const { acknowledged, withoutRevision } = { acknowledged: this.#acknowledged, withoutRevision: this.#withoutRevision };
    const told = { attempts: this.#attempts, acknowledged, withoutRevision, malformed: this.#malformed };
    return { streams: this.#streams, changes: this.#changes, conflicts: this.#conflicts, ...told };
  }

  #begin(at: number): void {
    const { columns } = this.#history;
    const from = numberIn(this.#value(columns.value[at]!), 'from');
    const key = keyAt(this.#history, at);
    const name = `${columns.process[at]} ${key ?? ''}`;
    if (from === undefined && this.#open.has(name)) return;
    const stream: Stream = {
      process: columns.process[at]!,
      key,
      from,
      changes: [],
      at: [],
      progress: Number.NEGATIVE_INFINITY,
      last: -1,
      empty: 0,
      final: false,
    };
    this.#open.set(name, stream);
    this.#streams.push(stream);
  }

  #answer(at: number, quiet: number): void {
    const { columns } = this.#history;
    const stream = this.#open.get(`${columns.process[at]} ${keyAt(this.#history, at) ?? ''}`);
    const value = this.#value(columns.value[at]!);
    const events = fieldOf(value, 'events');
    if (stream === undefined || !Array.isArray(events)) {
      this.#malformed.push(at);
      return;
    }
    for (const entry of events as readonly Value[]) {
      const [revision, key, item] = Array.isArray(entry) ? (entry as readonly Value[]) : [];
      if (typeof revision !== 'number' || (typeof key !== 'string' && typeof key !== 'number')) this.#malformed.push(at);
      else {
        stream.changes.push(this.#change(String(key), revision, item ?? null, at));
        stream.at.push(at);
      }
    }
    stream.progress = Math.max(stream.progress, numberIn(value, 'revision') ?? Number.NEGATIVE_INFINITY);
    stream.last = at;
    stream.empty = columns.pair[at]! > quiet && events.length === 0 ? stream.empty + 1 : 0;
    stream.final = stream.empty >= this.#reading.caughtUpAfter;
  }

  #write(at: number, removes: boolean): void {
    const { columns } = this.#history;
    const key = keyAt(this.#history, at) ?? '';
    const value = removes ? null : (this.#value(columns.value[at]!) ?? null);
    const name = attemptName(key, canonicalJson(value));
    const attempt = this.#attempts.get(name) ?? { possible: -1, failed: -1 };
    this.#attempts.set(name, attempt);
    const outcome = outcomeAt(columns, at);
    if (outcome === FAIL) {
      if (attempt.failed < 0) attempt.failed = at;
      return;
    }
    if (attempt.possible < 0) attempt.possible = at;
    if (outcome !== OK) return;
    this.#acknowledged++;
    const answer = this.#value(columns.value[columns.pair[at]!]!);
    const revision = typeof answer === 'number' ? answer : numberIn(answer, 'revision');
    if (revision === undefined) this.#withoutRevision++;
    else this.#change(key, revision, value, columns.pair[at]!);
  }

  #change(key: string, revision: number, value: Value, at: number): number {
    let ofKey = this.#byKey.get(key);
    if (ofKey === undefined) {
      ofKey = new Map();
      this.#byKey.set(key, ofKey);
    }
    const text = canonicalJson(value);
    const known = ofKey.get(revision);
    if (known === undefined) {
      const change = this.#changes.key.push(key) - 1;
      this.#changes.revision.push(revision);
      this.#changes.value.push(text);
      this.#changes.at.push(at);
      ofKey.set(revision, change);
      return change;
    }
    if (this.#changes.value[known] !== text && !this.#conflicting.has(known)) {
      this.#conflicting.add(known);
      this.#conflicts.push({ change: known, at, value: text });
    }
    return known;
  }
}

/** The name under which attempts to write this value (canonical JSON) are found. */
export function attemptName(key: string, value: string): string {
  return `${key} ${value}`;
}

function keyAt(history: History, at: number): string | undefined {
  const id = history.columns.key[at]!;
  return id === NO_VALUE ? undefined : String(history.value(id));
}

/** Where final reads begin: their phase, or, in a history without phases, when all writes and faults had ended. */
function quietAt(history: History, writes: readonly number[]): number {
  const phases = runPhases(history);
  if (phases.size > 0) return phases.get('final-reads') ?? Number.POSITIVE_INFINITY;
  const { columns, length } = history;
  for (let i = length - 1; i >= 0; i--) if (isClient(columns, i) && writes.includes(columns.f[i]!)) return Math.max(i, lastNemesisEvent(history));
  return lastNemesisEvent(history);
}
