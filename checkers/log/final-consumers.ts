/** For the verifier of certificates: who read a log from its beginning when everything had been sent, and how far. */
import type { History } from '../../harness/contracts/index.ts';
import { type RawOperation, rawOperations } from './raw-log.ts';

/** Whether the process began after the last send (or in the phase of final reads) and was assigned the key, if anything, once. */
export function isFinalConsumer(history: History, process: number, key: string): boolean {
  const operations = rawOperations(history);
  const own = operations.filter((each) => each.process === process);
  const first = own[0];
  if (first === undefined || first.invoke <= quietAt(history, operations)) return false;
  const chosen = own.filter(({ f }) => f === 'assign' || f === 'subscribe');
  if (chosen.length === 0) return true;
  const [only] = chosen;
  const beforePolls = !own.some((each) => each.invoke < only!.invoke && each.steps.some(({ f }) => f === 'poll'));
  return chosen.length === 1 && only!.f === 'assign' && only!.outcome === 'ok' && only!.keys.includes(key) && beforePolls;
}

/** Whether nothing stood between the beginning of the process and its operation: no poll without an answer, no rebalance, also not in it. */
export function isUnbroken(operations: readonly RawOperation[], own: RawOperation): boolean {
  return operations.every((each) => {
    if (each.process !== own.process || each.invoke > own.invoke) return true;
    if (each.steps.some(({ f }) => f === 'rebalance')) return false;
    return each.outcome === 'ok' || !each.steps.some(({ f }) => f === 'poll');
  });
}

/** The operation up to its first rebalance. */
export function untilRebalance(own: RawOperation): RawOperation {
  const at = own.steps.findIndex(({ f }) => f === 'rebalance');
  return at < 0 ? own : { ...own, steps: own.steps.slice(0, at) };
}

/** Whether the operation that ends at `end` is the last of so many polls in a row that returned nothing. */
export function hasReadToTheEnd(operations: readonly RawOperation[], process: number, end: number, enough: number): boolean {
  const polls = operations.filter((each) => each.process === process && each.invoke < end && each.steps.some(({ f }) => f === 'poll'));
  const last = polls.slice(-enough);
  return (
    last.length === enough &&
    last.at(-1)!.complete === end &&
    last.every((each) => each.outcome === 'ok' && each.steps.every((s) => s.f !== 'poll' || s.got.length === 0))
  );
}

function quietAt(history: History, operations: readonly RawOperation[]): number {
  let phases = 0;
  let mark = Number.POSITIVE_INFINITY;
  let fault = -1;
  for (let i = 0; i < history.length; i++) {
    const { process, type, f, value } = history.event(i);
    if (process === 'observer:lifecycle' && f === 'phase' && ['workload', 'drain', 'heal', 'settle', 'final-reads'].includes(String(value))) {
      phases++;
      if (value === 'final-reads') mark = i;
    }
    if (process === 'nemesis' && type === 'info') fault = i;
  }
  if (phases > 0) return mark;
  const sending = operations.filter(({ steps }) => steps.some(({ f }) => f === 'send'));
  return sending.reduce((last, { invoke, complete }) => Math.max(last, invoke, complete), fault);
}
