/** Jepsen's operations as our events: what `:fail :cas`, `:timed-out` and missing fields mean. Shared by EDN files and text logs. */
import type { NodeId, OpError, Process, Value } from '../../contracts/index.ts';
import { HistoryBuilder } from '../builder.ts';
import { canonicalJson } from '../canonical-json.ts';
import { FAIL, INFO, INVOKE, NOT_APPLIED, OK } from '../columns.ts';
import type { Reading } from './reading.ts';
import { Soundness } from './soundness.ts';

/** An operation as a file has it. Absent fields are undefined. */
export interface JepsenOp {
  type?: Value;
  f?: Value;
  process?: Value;
  value?: Value;
  /** Whether the value was written as a keyword, as `:timed-out` is. */
  keywordValue?: boolean;
  key?: Value;
  time?: Value;
  error?: Value;
  node?: Value;
}

const TYPES: Readonly<Record<string, number>> = { invoke: INVOKE, ok: OK, fail: FAIL, info: INFO };

export class JepsenImport {
  readonly builder = new HistoryBuilder();
  readonly soundness: Soundness;
  readonly #splitTuples: boolean;
  readonly #failedCasObserves: boolean;
  /** Time of the last event that had one. */
  #lastTime: number | undefined;

  constructor(reading: Reading) {
    this.#splitTuples = reading.options.tuples === 'split';
    this.#failedCasObserves = reading.options.failedCas === 'observation';
    this.soundness = new Soundness(reading.source.path, reading.options.strictness, reading.notices, this.builder);
  }

  /** False where no event had a time, and events are numbered instead. */
  get timed(): boolean {
    return this.#lastTime !== undefined;
  }

  /** Throws ORDEAL_BAD_HISTORY when strict. */
  append(op: JepsenOp, line: number): void {
    const type = typeof op.type === 'string' ? TYPES[op.type] : undefined;
    const process = this.#process(op.process);
    if (type === undefined) this.soundness.flaw(line, `unknown type ${shown(op.type)} (known: invoke, ok, fail, info)`);
    else if (typeof op.f !== 'string') this.soundness.flaw(line, `:f is ${shown(op.f)}, expected a keyword`);
    else if (process === undefined) this.soundness.flaw(line, `:process is ${shown(op.process)}, expected a number or a name`);
    else this.#appendSound(op, type, op.f, this.builder.processCode(process), line);
  }

  #appendSound(op: JepsenOp, type: number, f: string, process: number, line: number): void {
    const time = this.#time(op.time);
    this.soundness.check(process, type, time, line);
    const open = process >= 0 && type !== INVOKE ? this.builder.pairing.stateOf(process) : -1;
    const { key, value } = this.#keyAndValue(op);
    let valueId = this.builder.valueId(value);
    let error = op.error === undefined || op.error === null ? undefined : errorOf(op.error);
    // Text logs have the error in the place of the value; the value is then the invocation's.
    const errorAsValue = process >= 0 && (type === INFO || type === FAIL) && op.keywordValue === true && open >= 0 && this.builder.valueIdAt(open) !== valueId;
    if (errorAsValue) {
      error ??= errorOf(value ?? null);
      valueId = this.builder.valueIdAt(open);
    }
    const refused = type === FAIL && f === 'cas' && error === undefined && this.#failedCasObserves && process >= 0;
    this.builder.appendRow({
      type: refused ? OK | NOT_APPLIED : type,
      process,
      f: this.builder.fCode(f),
      key: this.builder.valueId(key),
      value: valueId,
      time,
      scheduled: Number.NaN,
      node: typeof op.node === 'string' && process >= 0 ? this.builder.nodeCode(op.node as NodeId) : -1,
      error: error === undefined ? -1 : this.builder.errorCode(error),
    });
  }

  #process(process: Value | undefined): Process | undefined {
    if (typeof process === 'number' && Number.isInteger(process) && process >= 0 && process <= 0x7fffffff) return process;
    if (typeof process !== 'string' || /^[+-]?\d/.test(process)) return undefined;
    return process === 'nemesis' ? 'nemesis' : `observer:${process}`;
  }

  #time(time: Value | undefined): number {
    if (typeof time === 'number' && Number.isFinite(time)) {
      this.#lastTime = time;
      return time;
    }
    return this.#lastTime ?? this.builder.length;
  }

  #keyAndValue(op: JepsenOp): { readonly key?: Value; readonly value?: Value } {
    const value = op.value ?? null;
    if (op.key !== undefined && op.key !== null) return { key: asKey(op.key), value };
    if (this.#splitTuples && Array.isArray(value) && value.length === 2) {
      return { key: asKey(value[0] as Value), value: value[1] as Value };
    }
    return { value };
  }
}

/** Keys are texts and numbers; of anything else the canonical JSON. */
function asKey(key: Value): string | number {
  return typeof key === 'string' || typeof key === 'number' ? key : canonicalJson(key);
}

/** `:timeout`, `[:unknown "message"]`, or any other form. */
function errorOf(error: Value): OpError {
  if (typeof error === 'string') return { code: error, message: error };
  if (Array.isArray(error) && typeof error[0] === 'string') {
    const rest = error.slice(1).map((item: Value) => (typeof item === 'string' ? item : canonicalJson(item)));
    return { code: error[0], message: rest.length === 0 ? error[0] : rest.join(' ') };
  }
  return { code: 'error', message: canonicalJson(error) };
}

function shown(value: Value | undefined): string {
  return value === undefined ? 'absent' : canonicalJson(value);
}
