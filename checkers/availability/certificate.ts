/** Re-checks that a stated bound on availability was exceeded, from the events themselves: whole scans, nothing shared. */
import type { Anomaly, Event, History } from '../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Operation {
  readonly invoke: Event;
  readonly completion: Event | undefined;
}

interface Claim {
  readonly bound: string;
  readonly limit: number;
  readonly ops: readonly number[];
}

const MS = 1_000_000;

/** Verifies `availability/bound`: O(events). */
export function verifyAvailabilityCertificate(history: History, anomaly: Anomaly): Verification {
  const { bound, limit, ops } = anomaly.certificate.data as unknown as Claim;
  const { operations, end } = operationsOf(history);
  const workload = operations.filter(({ invoke }) => invoke.index < end);
  const successes = workload.filter(({ completion }) => completion?.type === 'ok');
  const since = history.event(ops[0] ?? -1);
  const until = history.event(ops[1] ?? since.index);
  switch (bound) {
    case 'ok-share':
      return successes.length < limit * workload.length ? HOLDS : refuted('enough operations succeeded');
    case 'p99': {
      const slow = successes.filter(({ invoke, completion }) => completion!.time - (invoke.scheduled ?? invoke.time) > limit * MS);
      return slow.length * 100 > successes.length ? HOLDS : refuted('not more than one in a hundred was slower');
    }
    case 'gap': {
      const between = successes.some(({ completion }) => completion!.index > since.index && completion!.index < until.index);
      if (since.index < workload[0]!.invoke.index || until.index > end) return refuted('the silence is not inside the workload');
      return !between && until.time - since.time > limit * MS ? HOLDS : refuted('something succeeded, or it was not that long');
    }
    case 'recovery': {
      if (since.process !== 'nemesis' || since.f !== 'heal') return refuted('it does not begin with a heal');
      const early = operations.some(
        ({ invoke, completion }) => completion?.type === 'ok' && invoke.index > since.index && completion.time - since.time <= limit * MS,
      );
      return !early && history.event(history.length - 1).time - since.time > limit * MS ? HOLDS : refuted('an operation succeeded in time');
    }
    default:
      return refuted(`there is no bound "${bound}"`);
  }
}

/** The operations of clients, and the index of the event that ends the workload. */
function operationsOf(history: History): { readonly operations: readonly Operation[]; readonly end: number } {
  const operations: Operation[] = [];
  const marks = new Map<string, number>();
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.process === 'observer:lifecycle' && event.f === 'phase') marks.set(String(event.value), i);
    if (event.type !== 'invoke' || typeof event.process !== 'number') continue;
    const pair = history.columns.pair[i]!;
    operations.push({ invoke: event, completion: pair < 0 ? undefined : history.event(pair) });
  }
  return { operations, end: marks.get('drain') ?? marks.get('heal') ?? marks.get('final-reads') ?? history.length };
}
