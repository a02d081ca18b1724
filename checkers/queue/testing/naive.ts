/** What `total-queue` means, spelled out message by message over plain events; quadratic. */
import type { Event, History, Value } from '../../../harness/contracts/index.ts';
import type { TotalQueueOptions } from '../total-queue.ts';

interface Attempt {
  readonly call: Event;
  readonly answer: Event | undefined;
}

interface Taken extends Attempt {
  readonly message: Value;
  readonly place: number;
  readonly ack: string;
  readonly redelivered?: boolean;
  readonly deadLetter?: boolean;
}

/** Every anomaly as `type message`, in order of their names. Where unknown dequeues hide some: `lost-some count`. */
export function naiveAnomalies(history: History, options: TotalQueueOptions): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const attempts = events
    .filter((e) => typeof e.process === 'number' && e.type === 'invoke')
    .map(
      (call): Attempt => ({ call, answer: events.find((e) => e.process === call.process && e.index > call.index && e.f === call.f && e.type !== 'invoke') }),
    );
  const enqueues = attempts.filter(({ call }) => call.f === 'enqueue');
  const takes = attempts.filter(({ call }) => call.f !== 'enqueue');
  const deliveries = takes.filter(({ answer }) => answer?.type === 'ok').flatMap(takenIn);
  const found: string[] = [];
  const missing: Value[] = [];
  for (const message of new Set([...enqueues.map(({ call }) => call.value), ...deliveries.map((d) => d.message)])) {
    const tried = enqueues.filter(({ call }) => call.value === message);
    const seen = deliveries.filter((d) => d.message === message).sort((a, b) => a.answer!.index - b.answer!.index || a.place - b.place);
    const acknowledged = tried.some(isAcknowledged);
    if (acknowledged && seen.length === 0) missing.push(message);
    if (options.deadLetters === 'lost' && acknowledged && seen.length > 0 && seen.every((d) => d.deadLetter)) found.push(`dead-lettered ${message}`);
    const odd = seen.find((d) => !tried.some((t) => !isRefused(t) && t.call.index < d.answer!.index));
    if (odd !== undefined) found.push(`${tried.some((t) => t.call.index < odd.answer!.index) ? 'failed-but-visible' : 'unexpected'} ${message}`);
    if (tried.length > 1) continue;
    const pairs = seen.flatMap((a) => seen.filter((b) => b.call.index > a.answer!.index).map((b) => [a, b] as const));
    if (pairs.some(([a]) => a.ack === 'confirmed')) found.push(`duplicate ${message}`);
    const within = options.visibilityMs ?? 0;
    if (pairs.some(([a, b]) => a.ack !== 'returned' && b.answer!.time - a.call.time < within * 1e6)) found.push(`early-redelivery ${message}`);
  }
  if (options.order === 'fifo') found.push(...reordered(enqueues, takes, deliveries));
  if (missing.length > 0 && isDrained(events, attempts)) found.push(...lost(missing, takes, options));
  return found.sort();
}

function lost(missing: readonly Value[], takes: readonly Attempt[], { unknownTakes }: TotalQueueOptions): string[] {
  const unknown = takes.filter(({ answer }) => (answer?.type ?? 'info') === 'info');
  if (unknownTakes === 'remove-nothing' || unknown.length === 0) return missing.map((message) => `lost ${message}`);
  if (unknown.some(({ call }) => call.f === 'drain') || missing.length <= unknown.length) return [];
  return [`lost-some ${missing.length - unknown.length}`];
}

function isDrained(events: readonly Event[], attempts: readonly Attempt[]): boolean {
  // a history without marks comes from elsewhere, and these have no faults
  const mark = events.findLast((e) => e.f === 'phase' && e.value === 'final-reads')?.index ?? -1;
  const full = attempts.filter(({ call, answer }) => call.f === 'drain' && answer?.type === 'ok' && (answer.value === null || Array.isArray(answer.value)));
  const ends = full.filter(({ call }) => call.index > mark);
  const others = attempts.filter(({ call, answer }) => !(call.f === 'drain' && answer?.type === 'ok'));
  const quiet = Math.max(-1, ...others.flatMap(({ call, answer }) => [call.index, answer?.index ?? -1]));
  const nodes = new Set(attempts.map(({ call }) => call.node));
  return [...nodes].every((node) => ends.some(({ call }) => call.node === node)) && ends.some(({ call }) => call.index > quiet);
}

function reordered(enqueues: readonly Attempt[], takes: readonly Attempt[], deliveries: readonly Taken[]): string[] {
  const judged = enqueues.flatMap((attempt) => {
    const { value } = attempt.call;
    const seen = deliveries.filter((d) => d.message === value);
    const once = seen.length === 1 && !seen[0]!.deadLetter && !isRefused(attempt) && enqueues.filter(({ call }) => call.value === value).length === 1;
    return once ? [{ attempt, seen: seen[0]! }] : [];
  });
  const before = ({ seen: a }: (typeof judged)[number], { seen: b }: (typeof judged)[number]): boolean =>
    a.answer!.index < b.call.index || (a.answer === b.answer && a.place < b.place);
  return judged
    .filter((one) => isAcknowledged(one.attempt) && isFirst(one.seen, takes))
    .filter((one) =>
      judged.some((two) => two.attempt.call.process === one.attempt.call.process && two.attempt.call.index > one.attempt.call.index && before(two, one)),
    )
    .map(({ seen }) => `reordered ${seen.message}`);
}

function isFirst(seen: Taken, takes: readonly Attempt[]): boolean {
  if (seen.redelivered !== undefined) return !seen.redelivered;
  return !takes.some(({ call, answer }) => (answer?.type ?? 'info') === 'info' && call.index < seen.call.index);
}

const isRefused = ({ answer }: Attempt): boolean => answer?.type === 'fail' || (answer?.type === 'ok' && answer.applied === false);
const isAcknowledged = (attempt: Attempt): boolean => attempt.answer?.type === 'ok' && !isRefused(attempt);

function takenIn({ call, answer }: Attempt): Taken[] {
  const value = answer!.value as null | number | readonly Value[] | { partial?: readonly Value[] };
  if (value === null) return [];
  const list = (call.f === 'dequeue' ? [value] : Array.isArray(value) ? value : (value as { partial: readonly Value[] }).partial) as readonly Value[];
  return list.map((each, place) => {
    if (typeof each === 'number') return { call, answer, place, message: each, ack: 'confirmed' };
    return { call, answer, place, ack: 'unknown', ...(each as unknown as { message: Value }) };
  });
}
