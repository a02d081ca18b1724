/**
 * Violations put into linearizable histories of registers, each certain from its construction: the mutated history has no
 * order, whatever else is in it.
 */
import type { Event, History, Rng } from '../../../harness/contracts/index.ts';
import { eventType, isApplied, OK } from '../../../harness/history/columns.ts';
import { operations } from '../../../harness/history/operations.ts';
import { rewritten } from './rewritten.ts';

/** An operation of a client. Times are indices of events; `ret` is Infinity where the outcome is unknown. */
interface Done {
  readonly f: string;
  readonly key: Event['key'];
  readonly call: number;
  readonly ret: number;
  readonly sees: number | undefined;
  readonly makes: number | undefined;
  readonly refused: boolean;
}

type Mutation = (history: History, rng: Rng) => History | undefined;

/** By name; undefined where the history has no place for it. `unique`: only where every value is made once. */
export const MUTATIONS: Readonly<Record<string, { readonly mutate: Mutation; readonly unique: boolean }>> = {
  'stale-read': { mutate: staleRead, unique: false },
  'read-from-nowhere': { mutate: readFromNowhere, unique: false },
  'read-from-the-future': { mutate: readFromTheFuture, unique: true },
  'lost-update': { mutate: lostUpdate, unique: true },
  'stale-exchange': { mutate: staleExchange, unique: true },
  'wrong-refusal': { mutate: wrongRefusal, unique: true },
};

function doneIn(history: History): Done[] {
  const list = operations(history);
  return Array.from({ length: list.count }, (_, k) => {
    const call = list.invocation[k]!;
    const end = list.completion[k]!;
    const known = end >= 0 && eventType(history.columns, end) === OK;
    const { f, key, value } = history.event(call);
    const refused = known && !isApplied(history.columns, end);
    const pair = f === 'cas' ? (value as readonly number[]) : undefined;
    const sees = f === 'read' ? (known ? (history.event(end).value as number) : undefined) : known && !refused ? pair?.[0] : undefined;
    const makes = f === 'write' ? (value as number) : refused ? undefined : pair?.[1];
    return { f, key, call, ret: known ? end : Number.POSITIVE_INFINITY, sees, makes, refused };
  });
}

const known = (op: Done): boolean => op.ret !== Number.POSITIVE_INFINITY;

/** A value on the key of `op` that certainly had been replaced by another one when `op` began, and that nobody could have made again. */
function replacedBefore(op: Done, all: readonly Done[]): number | undefined {
  const own = all.filter((other) => other !== op && other.key === op.key);
  const over = own.filter((other) => known(other) && other.f === 'write' && other.ret < op.call).at(-1);
  if (over === undefined) return undefined;
  const makers = own.filter((other) => other.makes !== undefined && other.makes !== over.makes);
  const again = new Set(makers.filter((other) => other.ret > over.call && other.call < op.ret).map(({ makes }) => makes));
  return makers.filter((other) => other.ret < over.call && !again.has(other.makes)).at(-1)?.makes;
}

/** The candidates, begun somewhere in the later half and then all around. */
function shuffledFrom(candidates: readonly Done[], rng: Rng): Done[] {
  const start = candidates.length < 2 ? 0 : rng.int(candidates.length >> 1, candidates.length - 1);
  return [...candidates.slice(start), ...candidates.slice(0, start)];
}

const withAnswer = (history: History, op: Done, value: number): History =>
  rewritten(history, (event) => (event.index === op.ret ? { ...event, value } : event));

function staleRead(history: History, rng: Rng): History | undefined {
  const all = doneIn(history);
  for (const op of shuffledFrom(
    all.filter((other) => other.f === 'read' && known(other)),
    rng,
  )) {
    const value = replacedBefore(op, all);
    if (value !== undefined) return withAnswer(history, op, value);
  }
  return undefined;
}

function readFromNowhere(history: History, rng: Rng): History | undefined {
  const [op] = shuffledFrom(
    doneIn(history).filter((other) => other.f === 'read' && known(other)),
    rng,
  );
  return op && withAnswer(history, op, 2_000_000_000);
}

function readFromTheFuture(history: History, rng: Rng): History | undefined {
  const all = doneIn(history);
  const reads = all.filter((other) => other.f === 'read' && known(other));
  for (const op of shuffledFrom(reads.slice(0, reads.length >> 1), rng)) {
    const later = all.find((other) => other.key === op.key && other.makes !== undefined && other.call > op.ret);
    if (later?.makes !== undefined) return withAnswer(history, op, later.makes);
  }
  return undefined;
}

const exchanges = (all: readonly Done[]): Done[] => all.filter((op) => op.f === 'cas' && known(op) && !op.refused);

/** The exchange expects another value, which is what it says at its end too. */
function withExpected(history: History, op: Done, from: number, applied: boolean): History {
  return rewritten(history, (event) => {
    if (event.index !== op.call && event.index !== op.ret) return event;
    const { applied: _, ...rest } = event;
    const value = [from, (event.value as readonly number[])[1]!];
    return event.index === op.ret && !applied ? { ...rest, value, applied: false } : { ...rest, value };
  });
}

/** Two exchanges take the same value, which was made once. */
function lostUpdate(history: History, rng: Rng): History | undefined {
  const all = exchanges(doneIn(history));
  for (const op of shuffledFrom(all, rng)) {
    const before = all.filter((other) => other.key === op.key && other.ret < op.call && other.sees !== op.sees).at(-1);
    if (before?.sees !== undefined) return withExpected(history, op, before.sees, true);
  }
  return undefined;
}

/** An exchange takes effect on a value that had been replaced. */
function staleExchange(history: History, rng: Rng): History | undefined {
  const all = doneIn(history);
  for (const op of shuffledFrom(
    all.filter((other) => other.f === 'cas' && other.refused),
    rng,
  )) {
    const value = replacedBefore(op, all);
    if (value !== undefined) return withExpected(history, op, value, true);
  }
  return undefined;
}

/** A refused exchange says that a value was not there which others saw before and after it. */
function wrongRefusal(history: History, rng: Rng): History | undefined {
  const all = doneIn(history);
  for (const op of shuffledFrom(
    all.filter((other) => other.f === 'cas' && other.refused),
    rng,
  )) {
    const saw = all.filter((other) => other.key === op.key && other.sees !== undefined);
    const before = new Set(saw.filter((other) => other.ret < op.call).map(({ sees }) => sees));
    const after = saw.find((other) => other.call > op.ret && before.has(other.sees));
    if (after?.sees !== undefined) return withExpected(history, op, after.sees, false);
  }
  return undefined;
}
