/**
 * Random histories of any object: clients that do one operation after the other, operations that take effect inside their
 * intervals, then corruption. A client that met an unknown outcome goes on as another process.
 */
import type { Event, History, Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';

export interface Request {
  readonly f: string;
  readonly input: Value;
}

/** How clients use a kind of object. */
export interface Family {
  readonly name: string;
  /** `domain` is how many different values there are; 0: a fresh one each time. */
  readonly model: Model;
  /** What the client does next; `last` is what it did before. */
  draw(rng: Rng, i: number, domain: number, last: Request | undefined): Request;
  /** The answer in that state; where `step` does not accept it, the operation is refused. */
  answer(state: unknown, request: Request, rng: Rng): Value;
  /** A wrong answer. */
  lie(rng: Rng, request: Request, answer: Value, domain: number, i: number): Value;
}

export interface ObjectHistoryOptions {
  readonly family: Family;
  readonly operations: number;
  readonly clients: number;
  readonly domain: number;
  /** The longest operation, in units of the longest pause of a client. */
  readonly overlap: number;
  /** Shares: of unknown outcomes, of wrong answers, of operations that fail (half of them had their effect all the same). */
  readonly crashed: number;
  readonly corrupted: number;
  readonly failed: number;
  /** Share of refused operations that end `fail` without an error. */
  readonly failRefused: number;
}

interface Drawn {
  readonly request: Request;
  readonly process: number;
  readonly call: number;
  readonly ret: number;
  /** When it takes effect; Infinity for never. */
  readonly point: number;
  readonly end: 'ok' | 'fail' | 'info';
}

/** Draws a history. With `corrupted` and `failed` 0 it is linearizable by construction. */
export function objectHistory(rng: Rng, options: ObjectHistoryOptions): History {
  const drawn = drawOperations(rng, options);
  return historyOf(rng, drawn, simulate(rng, drawn, options), options.failRefused);
}

function drawOperations(rng: Rng, { family, operations, clients, domain, overlap, crashed, failed }: ObjectHistoryOptions): Drawn[] {
  const drawn: Drawn[] = [];
  const client = Array.from({ length: clients }, (_, c) => ({ process: c, free: rng.float01() * 2, last: undefined as Request | undefined }));
  let processes = clients;
  for (let i = 0; i < operations; i++) {
    const who = client.reduce((a, b) => (b.free < a.free ? b : a));
    const request = family.draw(rng, i, domain, who.last);
    const call = who.free + rng.float01();
    const ret = call + rng.float01() * overlap;
    const isCrashed = rng.float01() < crashed;
    const isFailed = !isCrashed && rng.float01() < failed;
    const luck = rng.int(0, 3);
    const never = (isCrashed && luck === 0) || (isFailed && luck < 2);
    const point = never ? Number.POSITIVE_INFINITY : isCrashed ? call + rng.float01() * overlap * luck * 2 : call + rng.float01() * (ret - call);
    drawn.push({ request, process: who.process, call, ret, point, end: isCrashed ? 'info' : isFailed ? 'fail' : 'ok' });
    who.free = ret;
    who.last = isCrashed ? undefined : request;
    if (isCrashed) who.process = processes++;
  }
  return drawn;
}

interface Answer {
  readonly value: Value;
  readonly refused: boolean;
}

function simulate(rng: Rng, drawn: readonly Drawn[], { family, domain, corrupted }: ObjectHistoryOptions): Map<Drawn, Answer> {
  const { model } = family;
  const answers = new Map<Drawn, Answer>();
  let state = model.init;
  [...drawn]
    .sort((a, b) => a.point - b.point)
    .forEach((op, i) => {
      const value = family.answer(state, op.request, rng);
      const operation: ModelOperation = { ...op.request, output: value, outcome: 'ok', ...(model.ownerAware ? { process: op.process } : {}) };
      const after = model.step(state, operation);
      const refused = after === INCONSISTENT;
      if (!refused && op.point !== Number.POSITIVE_INFINITY) state = after;
      if (rng.float01() >= corrupted) {
        answers.set(op, { value, refused });
        return;
      }
      const lie = family.lie(rng, op.request, value, domain, i);
      // Where the answer says nothing, the only lie is that it was refused, or was not.
      const flip = (lie === value || rng.int(0, 2) === 0) && (model.conditional?.includes(op.request.f) ?? false);
      answers.set(op, flip ? { value, refused: !refused } : { value: lie, refused });
    });
  return answers;
}

function historyOf(rng: Rng, drawn: readonly Drawn[], answers: ReadonlyMap<Drawn, Answer>, failRefused: number): History {
  const events: { at: number; event: Omit<Event, 'index' | 'time'> }[] = [];
  for (const op of drawn) {
    const common = { process: op.process, f: op.request.f };
    const { value, refused } = answers.get(op)!;
    events.push({ at: op.call, event: { ...common, type: 'invoke', value: op.request.input } });
    const error = { error: { code: 'conflict', message: '' } };
    if (op.end === 'info') events.push({ at: op.ret, event: { ...common, type: 'info', value: op.request.input } });
    else if (op.end === 'fail') events.push({ at: op.ret, event: { ...common, type: 'fail', value: op.request.input, ...error } });
    else if (refused && rng.float01() < failRefused) events.push({ at: op.ret, event: { ...common, type: 'fail', value: op.request.input } });
    else events.push({ at: op.ret, event: { ...common, type: 'ok', value, ...(refused ? { applied: false as const } : {}) } });
  }
  events.sort((a, b) => a.at - b.at);
  const builder = new HistoryBuilder({ capacity: events.length });
  for (const { at, event } of events) builder.append({ ...event, time: Math.round(at * 1e6) as Ns });
  return builder.build();
}
