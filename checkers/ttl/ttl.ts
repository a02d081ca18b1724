/**
 * The checker `ttl`: a value that is written with a time to live is there until then, and gone afterwards, give or take
 * `epsilonMs`. A write takes effect somewhere between its call and its return, so it is never early before
 * `call + ttl - epsilon`, and late from `return + ttl + epsilon` on. Times are those of the clients. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, FAIL, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { outcomeAt, whenAt, whoAt, words } from '../columns/events.ts';
import { fieldOf, numberIn, valueReader } from '../columns/value-reader.ts';
import { conclude } from '../verdict/conclude.ts';
import { ask } from '../verdict/exhausted.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';

const options = z.strictObject({
  ttlMs: z.number().positive().default(1000).describe('The time to live in ms of writes that do not say their own.'),
  epsilonMs: z.number().min(0).default(0).describe('By how much it may be off, either way.'),
  put: z.string().default('put').describe('The operation that writes a value of its own under its key: the value, or {"value", "ttl"} (ms).'),
  get: z.string().default('get').describe('The operation that reads the key: the value, or null.'),
  delete: z.string().default('delete').describe('The operation that removes the key.'),
});

export type TtlCheckOptions = z.infer<typeof options>;

export const TTL_ANOMALIES = ['gone-early', 'readable-late'] as const;

interface Finding {
  readonly type: (typeof TTL_ANOMALIES)[number];
  /** Indices of the invocation of the write and of the completion of the read. */
  readonly write: number;
  readonly read: number;
}

interface Write {
  readonly invoke: number;
  readonly ttl: number;
  /** Whether it was acknowledged, and no other write of its key was under way when it began. */
  readonly clear: boolean;
}

/** What a key has seen so far. */
interface KeyState {
  /** Writes that may still take effect. */
  open: number;
  latest: Write | undefined;
  /** By value: until when it may be read, and the write that lasts longest. Infinity where a write of it is unknown. */
  readonly lasts: Map<string, { until: number; write: number }>;
}

/** See the head of the file. */
export const ttl: Checker<TtlCheckOptions> = {
  name: 'ttl',
  summary: 'A value with a time to live is neither gone before that time nor readable after it.',
  options,
  check(history: History, parsed: TtlCheckOptions, budget: Budget): Result {
    const sweep = new Sweep(history, parsed);
    sweep.run(budget);
    const { anomalies, counts } = spellOutByType(sweep.findings, TTL_ANOMALIES, (finding) => tell(history, parsed, finding));
    const { judged, reads } = sweep;
    const reasons: Reason[] =
      judged > 0 ? [] : [{ code: 'nothing-judged', message: `none of ${reads} reads was of a key whose last write is known to have lived or expired by then` }];
    return conclude('ttl', { reads, judged, keys: sweep.keys, anomalies: counts }, anomalies, reasons);
  },
};

class Sweep {
  readonly findings: Finding[] = [];
  judged = 0;
  reads = 0;
  readonly #history: History;
  readonly #options: TtlCheckOptions;
  readonly #read: (id: number) => Value | undefined;
  readonly #states = new Map<number, KeyState>();

  constructor(history: History, parsed: TtlCheckOptions) {
    this.#history = history;
    this.#options = parsed;
    this.#read = valueReader(history);
  }

  get keys(): number {
    return this.#states.size;
  }

  run(budget: Budget): void {
    const { columns, fs, length } = this.#history;
    const [put, get, remove] = [this.#options.put, this.#options.get, this.#options.delete].map((name) => fs.indexOf(name));
    for (let i = 0; i < length; i++) {
      if ((i & 0xfff) === 0) ask(budget, this.#states.size * 300);
      if (!isClient(columns, i)) continue;
      const f = columns.f[i];
      const type = eventType(columns, i);
      if (f === get && type === OK && columns.pair[i]! >= 0) this.#get(i);
      else if ((f === put || f === remove) && type === INVOKE && outcomeAt(columns, i) !== FAIL) this.#begin(i, f === put);
      else if ((f === put || f === remove) && type === OK) this.#state(i).open--;
    }
  }

  #state(at: number): KeyState {
    const key = this.#history.columns.key[at]!;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { open: 0, latest: undefined, lasts: new Map() };
      this.#states.set(key, state);
    }
    return state;
  }

  #begin(at: number, puts: boolean): void {
    const { columns } = this.#history;
    const state = this.#state(at);
    const end = columns.pair[at]!;
    const ok = outcomeAt(columns, at) === OK;
    const body = this.#read(columns.value[at]!);
    const lives = (numberIn(body, 'ttl') ?? this.#options.ttlMs) * NS_PER_MS;
    // a delete, and a write that a condition refused, may leave anything
    const clear = ok && puts && isApplied(columns, end) && state.open === 0;
    state.latest = { invoke: at, ttl: lives, clear };
    state.open++;
    if (!puts) return;
    const name = canonicalJson(fieldOf(body, 'value') ?? body ?? null);
    const until = ok ? columns.time[end]! + lives : Number.POSITIVE_INFINITY;
    const known = state.lasts.get(name);
    if (known === undefined || known.until < until) state.lasts.set(name, { until, write: at });
  }

  #get(at: number): void {
    const { columns } = this.#history;
    const state = this.#state(at);
    const epsilon = this.#options.epsilonMs * NS_PER_MS;
    const invoke = columns.pair[at]!;
    const found = this.#read(columns.value[at]!) ?? null;
    this.reads++;
    if (found !== null) {
      const known = state.lasts.get(canonicalJson(found));
      if (known === undefined) return;
      this.judged++;
      if (columns.time[invoke]! > known.until + epsilon) this.findings.push({ type: 'readable-late', write: known.write, read: at });
      return;
    }
    const { latest } = state;
    if (latest === undefined || !latest.clear || columns.pair[latest.invoke]! > invoke) return;
    this.judged++;
    if (columns.time[at]! < columns.time[latest.invoke]! + latest.ttl - epsilon) this.findings.push({ type: 'gone-early', write: latest.invoke, read: at });
  }
}

function tell(history: History, { ttlMs, epsilonMs, put, delete: remove }: TtlCheckOptions, { type, write, read }: Finding): Anomaly {
  const { key, value } = history.event(write);
  const who = (at: number) => `${whoAt(history, at)} at ${whenAt(history, at)}`;
  const lives = numberIn(value, 'ttl') ?? ttlMs;
  const wrote = `${who(write)} wrote ${words(fieldOf(value, 'value') ?? value)} under ${words(key)} for ${lives} ms`;
  const sentence =
    type === 'gone-early'
      ? `${wrote}, and ${who(read)} found nothing there`
      : `${wrote} (until then at the latest: ${whenAt(history, history.columns.pair[write]!)}), and ${who(read)} still read it`;
  return { type, ops: [write, read], sentence, certificate: { kind: `ttl/${type}`, data: { ttlMs, epsilonMs, put, delete: remove, write, read } } };
}
