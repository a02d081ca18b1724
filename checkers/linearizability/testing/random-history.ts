/** Random histories for tests: a simulated object, operations that take effect inside their intervals, then corruption. */
import type { Event, History, Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';

export interface RandomHistoryOptions {
  readonly model: Model;
  readonly operations: number;
  /** What the i-th operation does. */
  readonly draw: (rng: Rng, i: number) => { readonly f: string; readonly value: Value };
  /** The answer of `f` in a state; undefined for "as the invocation". Called where `step` accepts or refuses. */
  readonly answer: (state: unknown, f: string, input: Value) => Value;
  /** A wrong answer, for corruption. */
  readonly lie?: (rng: Rng, f: string, answer: Value) => Value;
  /** Share of operations whose outcome is unknown. */
  readonly crashed: number;
  /** Share of answers that are made wrong. */
  readonly corrupted: number;
  /** The longest interval, in units of the gap between two calls: the concurrency. */
  readonly overlap: number;
  readonly keys?: number;
  /** Share of operations that fail, half of which took effect all the same. */
  readonly failed?: number;
}

interface Drawn {
  readonly f: string;
  readonly input: Value;
  readonly key: number;
  readonly call: number;
  readonly ret: number;
  /** When it takes effect; Infinity for never. */
  readonly point: number;
  readonly crashed: boolean;
  readonly failed: boolean;
}

/** Draws a history. With `corrupted` and `failed` 0 it is linearizable by construction. */
export function randomHistory(rng: Rng, options: RandomHistoryOptions): History {
  const drawn = drawOperations(rng, options);
  const answers = simulate(rng, options, drawn);
  return historyOf(drawn, answers, (options.keys ?? 1) > 1);
}

function drawOperations(rng: Rng, options: RandomHistoryOptions): Drawn[] {
  const drawn: Drawn[] = [];
  for (let i = 0; i < options.operations; i++) {
    const { f, value } = options.draw(rng, i);
    const call = i + rng.float01();
    const ret = call + rng.float01() * options.overlap;
    const crashed = rng.float01() < options.crashed;
    const late = rng.int(0, 3);
    const failed = !crashed && options.failed !== undefined && rng.float01() < options.failed;
    const point =
      failed && late < 2
        ? Number.POSITIVE_INFINITY
        : !crashed
          ? call + rng.float01() * (ret - call)
          : late === 0
            ? Number.POSITIVE_INFINITY
            : call + rng.float01() * options.overlap * late;
    drawn.push({ f, input: value, key: rng.int(0, (options.keys ?? 1) - 1), call, ret, point, crashed, failed });
  }
  return drawn;
}

interface Answer {
  readonly value: Value;
  readonly refused: boolean;
}

function simulate(rng: Rng, options: RandomHistoryOptions, drawn: readonly Drawn[]): Map<Drawn, Answer> {
  const { model } = options;
  const answers = new Map<Drawn, Answer>();
  const states = new Map<number, unknown>();
  for (const op of [...drawn].sort((a, b) => a.point - b.point)) {
    const before = states.has(op.key) ? states.get(op.key) : model.init;
    const value = options.answer(before, op.f, op.input);
    const after = model.step(before, { f: op.f, input: op.input, output: value, outcome: 'ok' });
    const refused = after === INCONSISTENT;
    if (!refused && op.point !== Number.POSITIVE_INFINITY) states.set(op.key, after);
    const wrong = rng.float01() < options.corrupted;
    const conditional = model.conditional?.includes(op.f) ?? false;
    if (wrong && conditional) answers.set(op, { value, refused: !refused });
    else answers.set(op, { value: wrong && options.lie ? options.lie(rng, op.f, value) : value, refused });
  }
  return answers;
}

function historyOf(drawn: readonly Drawn[], answers: ReadonlyMap<Drawn, Answer>, keyed: boolean): History {
  const events: { at: number; event: Omit<Event, 'index'> }[] = [];
  drawn.forEach((op, process) => {
    const common = { process, f: op.f, ...(keyed ? { key: op.key } : {}) };
    events.push({ at: op.call, event: { ...common, type: 'invoke', time: 0 as Ns, value: op.input } });
    const answer = answers.get(op)!;
    if (op.crashed) events.push({ at: op.ret, event: { ...common, type: 'info', time: 0 as Ns, value: op.input } });
    else
      events.push({ at: op.ret, event: { ...common, type: 'ok', time: 0 as Ns, value: answer.value, ...(answer.refused ? { applied: false as const } : {}) } });
  });
  events.sort((a, b) => a.at - b.at);
  const builder = new HistoryBuilder({ capacity: events.length });
  for (const { at, event } of events) builder.append({ ...event, time: Math.round(at * 1e6) as Ns });
  return builder.build();
}

/**
 * Operations on a register with compare-and-set; `values` different ones, or (0) a fresh one each time. `kinds`: how
 * many reads and compare-and-sets there are to one write.
 */
export function registerOperations(values: number, kinds = { reads: 2, cas: 1 }): Pick<RandomHistoryOptions, 'draw' | 'answer' | 'lie'> {
  const fresh = (rng: Rng, i: number): number => (values === 0 ? i + 1 : rng.int(1, values));
  return {
    draw: (rng, i) => {
      const kind = rng.int(0, kinds.reads + kinds.cas);
      if (kind < kinds.reads) return { f: 'read', value: null };
      if (kind === kinds.reads) return { f: 'write', value: fresh(rng, i) };
      return { f: 'cas', value: [values === 0 ? rng.int(0, i) : rng.int(0, values), fresh(rng, i)] };
    },
    answer: (state, f, input) => (f === 'read' ? (state as Value) : input),
    lie: (rng, f, answer) => (f === 'read' && typeof answer === 'number' ? rng.int(0, Math.max(values, answer + 1)) : answer),
  };
}

/** Operations on a string: get, put, append. Tokens repeat unless `values` is 0. */
export function kvOperations(values: number): Pick<RandomHistoryOptions, 'draw' | 'answer' | 'lie'> {
  return {
    draw: (rng, i) => {
      const kind = rng.int(0, 4);
      if (kind < 2) return { f: 'get', value: null };
      const token = String.fromCharCode(97 + (values === 0 ? i : rng.int(0, values - 1)));
      return { f: kind === 2 ? 'put' : 'append', value: token };
    },
    answer: (state, f, input) => (f === 'get' ? (state as Value) : input),
    lie: (rng, f, answer) => (f === 'get' && typeof answer === 'string' ? (rng.int(0, 1) === 0 ? answer.slice(0, -1) : `${answer}a`) : answer),
  };
}
