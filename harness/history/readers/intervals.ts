/**
 * Interval JSONL: one whole operation a line, `{process, f, key?, value, out, call, return, ok}`. Turned into events in
 * the order of their times; where times are equal, intervals are kept as wide as their processes allow.
 */
import type { Value } from '../../contracts/index.ts';
import { messageOf } from '../../errors/ordeal-error.ts';
import { HistoryBuilder } from '../builder.ts';
import { FAIL, INFO, INVOKE, NOT_APPLIED, OK } from '../columns.ts';
import { parseJson } from './numbers.ts';
import type { Imported, Reading } from './reading.ts';
import { Soundness } from './soundness.ts';
import { forEachLine } from './source.ts';

interface Interval {
  readonly line: number;
  readonly process: number;
  readonly f: number;
  readonly key: number;
  readonly value: number;
  readonly out: number;
  readonly call: number;
  /** Infinity where the outcome is unknown. */
  readonly end: number;
  /** OK, FAIL or INFO, + NOT_APPLIED. */
  readonly outcome: number;
}

/** Throws ORDEAL_BAD_HISTORY. */
export async function readIntervals(reading: Reading): Promise<Imported> {
  const builder = new HistoryBuilder();
  const { path } = reading.source;
  const soundness = new Soundness(path, reading.options.strictness, reading.notices, builder);
  const intervals: Interval[] = [];
  const lines = await forEachLine(reading.source, 1, (bytes, start, end, line, torn) => {
    const text = bytes.toString('utf8', start, end);
    if (text.trim() === '') return;
    try {
      intervals.push(parse(builder, text, line));
    } catch (error) {
      if (torn) reading.notices.add({ code: 'torn-line', message: `line ${line}, the last, is torn and was left out` });
      else soundness.flaw(line, `not an operation: ${messageOf(error)}`);
    }
  });
  new Sequencer(builder, soundness).append(intervals);
  return { builder, lines, timed: true };
}

function parse(builder: HistoryBuilder, text: string, line: number): Interval {
  const op = parseJson(text) as Readonly<Record<string, Value | undefined>>;
  const { process, f, key, value, out, call, ok } = op;
  const end = op['return'];
  if (typeof process !== 'number' || !Number.isInteger(process) || process < 0 || process > 0x7fffffff) throw new SyntaxError('"process" is not a number >= 0');
  if (typeof f !== 'string') throw new SyntaxError('"f" is not a text');
  if (typeof call !== 'number') throw new SyntaxError('"call" is not a number');
  if (end !== null && end !== undefined && typeof end !== 'number') throw new SyntaxError('"return" is neither a number nor null');
  if (typeof end === 'number' && end < call) throw new SyntaxError(`the operation returns at ${end}, before its call at ${call}`);
  if (key !== undefined && key !== null && typeof key !== 'string' && typeof key !== 'number') throw new SyntaxError('"key" is neither a text nor a number');
  const known = typeof end === 'number';
  if (known && typeof ok !== 'boolean') throw new SyntaxError('"ok" is neither true nor false');
  return {
    line,
    process,
    f: builder.fCode(f),
    key: builder.valueId(key ?? undefined),
    value: builder.valueId(value ?? null),
    out: builder.valueId(out ?? null),
    call,
    end: known ? end : Number.POSITIVE_INFINITY,
    outcome: !known ? INFO : ok === true ? OK : f === 'cas' ? OK | NOT_APPLIED : FAIL,
  };
}

/** Appends calls and returns in order of time. */
class Sequencer {
  readonly #builder: HistoryBuilder;
  readonly #soundness: Soundness;
  readonly #unknown: number;
  readonly #null: number;
  #lastTime = 0;

  constructor(builder: HistoryBuilder, soundness: Soundness) {
    this.#builder = builder;
    this.#soundness = soundness;
    this.#unknown = builder.errorCode({ code: 'unknown', message: 'no return is recorded' });
    this.#null = builder.valueId(null);
  }

  append(intervals: readonly Interval[]): void {
    const calls = intervals.toSorted((a, b) => a.call - b.call || a.line - b.line);
    const returns = intervals.filter((op) => op.end !== Number.POSITIVE_INFINITY).toSorted((a, b) => a.end - b.end || a.call - b.call || a.line - b.line);
    let c = 0;
    let r = 0;
    while (c < calls.length || r < returns.length) {
      const time = Math.min(calls[c]?.call ?? Number.POSITIVE_INFINITY, returns[r]?.end ?? Number.POSITIVE_INFINITY);
      const firstCall = c;
      const firstReturn = r;
      while (calls[c]?.call === time) c++;
      while (returns[r]?.end === time) r++;
      if (c - firstCall + (r - firstReturn) === 1) this.#emit(calls[firstCall], c > firstCall, returns[firstReturn]);
      else this.#moment(calls.slice(firstCall, c), returns.slice(firstReturn, r));
      this.#lastTime = time;
    }
    for (const op of intervals) if (op.outcome === INFO) this.#return(op, this.#lastTime);
  }

  #emit(call: Interval | undefined, isCall: boolean, returning: Interval | undefined): void {
    if (isCall && call) this.#call(call);
    else if (returning) this.#return(returning, returning.end);
  }

  /** All that happens at one time: every call as early, every return as late as the processes' own order allows. */
  #moment(calls: readonly Interval[], returns: readonly Interval[]): void {
    const open = new Map<number, Interval[]>();
    for (const op of returns) {
      const ofProcess = open.get(op.process);
      if (ofProcess) ofProcess.push(op);
      else open.set(op.process, [op]);
    }
    const uncalled = new Set(calls);
    let waiting = calls;
    while (waiting.length > 0) {
      const blocked: Interval[] = [];
      for (const op of waiting) {
        if (precedes(open.get(op.process)?.[0], op)) blocked.push(op);
        else {
          uncalled.delete(op);
          this.#call(op);
        }
      }
      for (const op of blocked) {
        const before = open.get(op.process);
        const first = before?.[0];
        if (first !== undefined && !uncalled.has(first) && precedes(first, op)) this.#returnFirst(before);
      }
      waiting = blocked;
    }
    for (const op of returns) if (open.get(op.process)?.includes(op)) this.#return(op, op.end);
  }

  #returnFirst(operations: Interval[] | undefined): void {
    const op = operations?.shift();
    if (op) this.#return(op, op.end);
  }

  #call(op: Interval): void {
    this.#soundness.check(op.process, INVOKE, op.call, op.line);
    this.#append(op, INVOKE, op.value, op.call, -1);
  }

  #return(op: Interval, time: number): void {
    const observed = op.outcome === OK && op.out !== this.#null ? op.out : op.value;
    this.#soundness.check(op.process, op.outcome & 3, time, op.line);
    this.#append(op, op.outcome, observed, time, op.outcome === INFO ? this.#unknown : -1);
  }

  #append(op: Interval, type: number, value: number, time: number, error: number): void {
    this.#builder.appendRow({ type, process: op.process, f: op.f, key: op.key, value, time, scheduled: Number.NaN, node: -1, error });
  }
}

/** Whether `earlier`, of the same process, must return before `later` can be called. */
function precedes(earlier: Interval | undefined, later: Interval): boolean {
  return earlier !== undefined && earlier !== later && (earlier.call < later.call || (earlier.call === later.call && earlier.line < later.line));
}
