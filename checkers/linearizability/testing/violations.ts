/** Violations that are certain, planted into valid histories of objects. */
import type { Event, History, Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';

/** A history with one violation in it; undefined where there is no place for it. */
export type Violation = (rng: Rng, history: History) => History | undefined;

interface Done {
  readonly invoke: number;
  readonly complete: number;
  readonly f: string;
  readonly input: Value;
  readonly output: Value;
  readonly process: number;
  readonly refused: boolean;
}

function completed(history: History): Done[] {
  const done: Done[] = [];
  for (let i = 0; i < history.length; i++) {
    const { type, f, value, process } = history.event(i);
    const complete = history.columns.pair[i]!;
    if (type !== 'invoke' || complete < 0) continue;
    const end = history.event(complete);
    if (end.type === 'ok') done.push({ invoke: i, complete, f, input: value, output: end.value, process: process as number, refused: end.applied === false });
  }
  return done;
}

/** The history with other answers, and with operations of new processes that are over at once: each after the event of that index. */
function changed(
  history: History,
  answers: ReadonlyMap<number, Value>,
  inserted: readonly { readonly after: number; readonly f: string; readonly input: Value; readonly output: Value }[] = [],
): History {
  const builder = new HistoryBuilder();
  let processes = 1_000_000;
  for (let i = 0; i < history.length; i++) {
    const { index: _, ...event } = history.event(i);
    if (answers.has(i)) {
      const { applied: __, ...rest } = event;
      builder.append({ ...rest, value: answers.get(i)! });
    } else builder.append(event);
    for (const { after, f, input, output } of inserted) {
      if (after !== i) continue;
      const common: Omit<Event, 'index' | 'type' | 'value'> = { process: processes++, f, time: event.time as Ns };
      builder.append({ ...common, type: 'invoke', value: input });
      builder.append({ ...common, type: 'ok', value: output });
    }
  }
  return builder.build();
}

/** One of the later half. */
function late<T>(rng: Rng, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : list[rng.int(list.length >> 1, list.length - 1)];
}

const taken = (history: History, remove: string): Done[] => completed(history).filter(({ f, output, refused }) => f === remove && output !== null && !refused);

/** A removal returns what was never put in. */
const fromNowhere =
  (remove: string): Violation =>
  (rng, history) => {
    const victim = late(rng, taken(history, remove));
    return victim && changed(history, new Map([[victim.complete, 987_654_321]]));
  };

/** A removal returns what an earlier one returned. */
const takenTwice =
  (remove: string): Violation =>
  (rng, history) => {
    const removals = taken(history, remove);
    const victim = late(rng, removals);
    const before =
      victim &&
      late(
        rng,
        removals.filter(({ complete }) => complete < victim.invoke),
      );
    return before && changed(history, new Map([[victim.complete, before.output]]));
  };

/** A removal finds nothing while an element is certainly there. */
const falselyEmpty =
  (insert: string, remove: string): Violation =>
  (rng, history) => {
    const removals = taken(history, remove);
    const insertOf = new Map(completed(history).flatMap((op) => (op.f === insert ? [[op.input, op]] : [])));
    const victims = removals.flatMap((e, k) =>
      removals.slice(k + 1, k + 30).some((other) => other.invoke > e.complete && (insertOf.get(other.output)?.complete ?? Number.POSITIVE_INFINITY) < e.invoke)
        ? [e]
        : [],
    );
    const victim = late(rng, victims);
    return victim && changed(history, new Map([[victim.complete, null]]));
  };

/** Two removals, one after the other, of elements that were both there before, have each other's results. */
const swapped =
  (insert: string, remove: string, isOrdered: (first: Done, second: Done, insertFirst: Done, insertSecond: Done) => boolean): Violation =>
  (rng, history) => {
    const removals = taken(history, remove);
    const insertOf = new Map(completed(history).flatMap((op) => (op.f === insert ? [[op.input, op]] : [])));
    const pairs = removals.flatMap((first, k) =>
      removals.slice(k + 1, k + 30).flatMap((second) => {
        const [a, b] = [insertOf.get(first.output), insertOf.get(second.output)];
        const good = a && b && first.complete < second.invoke && b.complete < first.invoke && a.complete < first.invoke && isOrdered(first, second, a, b);
        return good ? [[first, second] as const] : [];
      }),
    );
    const pair = late(rng, pairs);
    return (
      pair &&
      changed(
        history,
        new Map([
          [pair[0].complete, pair[1].output],
          [pair[1].complete, pair[0].output],
        ]),
      )
    );
  };

/**
 * An answer about an element that nothing else was done to at the time is the opposite. Nor while the operation before it was
 * done: of a removal and an addition at the same time, neither of which says what it found, either may have come last.
 */
const opposite: Violation = (rng, history) => {
  const all = completed(history);
  const last = new Map<Value, Done>();
  const alone: Done[] = [];
  // Known to be alone once the next one on the element is called after it returned.
  const unknown = new Set<Value>();
  for (let i = 0; i < history.length; i++) if (history.event(i).type === 'info') unknown.add(history.event(i).value);
  for (const op of all) {
    const before = last.get(op.input);
    if (before && before.complete < op.invoke && typeof op.output === 'boolean' && !op.refused && !unknown.has(op.input)) {
      const others = all.filter((other) => other !== op && other !== before && other.input === op.input);
      if (others.every((other) => other.complete < before.invoke || other.invoke > op.complete)) alone.push(op);
    }
    last.set(op.input, op);
    if (alone.length > 200) break;
  }
  const victim = alone[rng.int(0, Math.max(0, alone.length - 1))];
  return victim && changed(history, new Map([[victim.complete, !victim.output]]));
};

/** The acquires and releases that follow each other of one process, with the time in between. */
function heldBetween(history: History): { readonly acquire: Done; readonly release: Done }[] {
  const last = new Map<number, Done>();
  const held: { acquire: Done; release: Done }[] = [];
  for (const op of completed(history)) {
    if (op.refused) continue;
    const before = last.get(op.process);
    if (op.f === 'release' && before?.f === 'acquire') held.push({ acquire: before, release: op });
    last.set(op.process, op);
  }
  return held;
}

/** Somebody else does something while a lock is certainly held. */
const whileHeld =
  (f: string, output: (acquire: Done) => Value): Violation =>
  (rng, history) => {
    const held = late(
      rng,
      heldBetween(history).filter(({ acquire, release }) => release.invoke > acquire.complete),
    );
    return held && changed(history, new Map(), [{ after: held.acquire.complete, f, input: null, output: output(held.acquire) }]);
  };

/**
 * All permits are acquired at once while one is certainly taken: more acquires have returned than releases were called. Anybody
 * may release a permit, so that an acquire and a release of the same process do not say how long it was held.
 */
const overdrawn =
  (permits: number): Violation =>
  (rng, history) => {
    const change = new Int32Array(history.length);
    for (const { f, refused, invoke, complete } of completed(history)) {
      if (!refused) change[f === 'acquire' ? complete : invoke] = f === 'acquire' ? 1 : -1;
    }
    const taken: number[] = [];
    change.reduce((before, by, i) => {
      if (before + by > 0) taken.push(i);
      return before + by;
    }, 0);
    const after = late(rng, taken);
    const acquire = after !== undefined && { after, f: 'acquire', input: null, output: null };
    return acquire
      ? changed(
          history,
          new Map(),
          Array.from({ length: permits }, () => acquire),
        )
      : undefined;
  };

/** Two acquires get the same token. */
const sameToken: Violation = (rng, history) => {
  const acquires = completed(history).filter(({ f, refused }) => f === 'acquire' && !refused);
  const victim = late(rng, acquires);
  const before =
    victim &&
    late(
      rng,
      acquires.filter(({ complete }) => complete < victim.invoke),
    );
  return before && changed(history, new Map([[victim.complete, before.output]]));
};

/** A term has another leader, too. */
const twoLeaders: Violation = (rng, history) => {
  const victim = late(
    rng,
    completed(history).filter(({ output }) => Array.isArray(output) && output[1] !== null),
  );
  return (
    victim &&
    changed(history, new Map(), [{ after: victim.complete, f: 'inspect', input: null, output: [(victim.output as readonly Value[])[0]!, 'somebody else'] }])
  );
};

/** A read sees one less than what had been added by the time that it was called, or one more than could be by the time that it returned. */
const miscount =
  (by: 'too few' | 'too many'): Violation =>
  (rng, history) => {
    const reads = completed(history).filter(({ f }) => f === 'read');
    const victim = late(rng, reads);
    if (victim === undefined) return undefined;
    let added = 0;
    for (let i = 0; i < (by === 'too few' ? victim.invoke : victim.complete); i++) {
      const { type, f } = history.event(i);
      if (type === (by === 'too few' ? 'ok' : 'invoke') && f !== 'read') added++;
    }
    return changed(history, new Map([[victim.complete, by === 'too few' ? added - 1 : added + 1]]));
  };

const queueLike = (insert: string, remove: string): Readonly<Record<string, Violation>> => ({
  'from nowhere': fromNowhere(remove),
  'taken twice': takenTwice(remove),
  'falsely empty': falselyEmpty(insert, remove),
});

/** By family, what can be planted. */
export const VIOLATIONS: Readonly<Record<string, Readonly<Record<string, Violation>>>> = {
  'fifo-queue': { ...queueLike('enqueue', 'dequeue'), 'out of order': swapped('enqueue', 'dequeue', (_, __, a, b) => a.complete < b.invoke) },
  'unordered-queue': queueLike('enqueue', 'dequeue'),
  stack: { ...queueLike('push', 'pop'), 'out of order': swapped('push', 'pop', (_, __, a, b) => b.complete < a.invoke) },
  'priority-queue': {
    ...queueLike('insert', 'delete-min'),
    'out of order': swapped('insert', 'delete-min', ({ output: a }, { output: b }) => (a as number) < (b as number)),
  },
  set: { opposite },
  'owner-aware-mutex': { 'acquired twice': whileHeld('acquire', () => null), 'released by a stranger': whileHeld('release', () => null) },
  'reentrant-mutex': { 'acquired twice': whileHeld('acquire', () => null), 'released by a stranger': whileHeld('release', () => null) },
  'fenced-mutex': { 'acquired twice': whileHeld('acquire', ({ output }) => output), 'same token': sameToken },
  'semaphore of 2': { overdrawn: overdrawn(2) },
  'leader-election': { 'two leaders': twoLeaders },
  'counter by ones': { 'too few': miscount('too few'), 'too many': miscount('too many') },
};
