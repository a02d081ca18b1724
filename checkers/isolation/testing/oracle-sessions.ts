/**
 * The oracle of session guarantees over lists (Terry et al. 1994): the definitions, for each two operations of a process on one
 * key. A read shows what it shows; an append that overtakes shows in somebody's read.
 */
import { ordered } from './oracle.ts';
import type { SmallTransaction } from './small-history.ts';

export type SessionGuarantee = 'monotonic-reads' | 'monotonic-writes' | 'read-your-writes' | 'writes-follow-reads';

interface Done {
  readonly by: SmallTransaction;
  readonly at: number;
  readonly isRead: boolean;
  readonly key: string;
  /** What a read shows, and the one element that an append appends. */
  readonly elements: readonly number[];
}

/** Whether the guarantee holds, and nobody read what nobody wrote. */
export function keepsSessions(all: readonly SmallTransaction[], guarantee: SessionGuarantee): boolean {
  const done = all.filter(({ outcome }) => outcome !== 'fail').flatMap(operationsOf);
  const lists = done.filter(({ isRead }) => isRead);
  const appended = all.flatMap(({ ops }) => ops.flatMap(([f, key, element]) => (f === 'append' ? [`${key} ${element}`] : [])));
  if (lists.some(({ key, elements }) => elements.some((one) => !appended.includes(`${key} ${one}`)))) return false;
  const [first, second] = { 'monotonic-reads': 'rr', 'monotonic-writes': 'ww', 'read-your-writes': 'wr', 'writes-follow-reads': 'rw' }[guarantee];
  return done.every((a) =>
    done.every((b) => {
      if (a.key !== b.key || a.isRead !== (first === 'r') || b.isRead !== (second === 'r') || !comesBefore(a, b, guarantee)) return true;
      if (b.isRead) return a.elements.every((one) => b.elements.includes(one));
      const shows = lists.filter(({ key, elements }) => key === b.key && elements.includes(b.elements[0]!));
      return shows.every(({ elements }) => a.elements.every((one) => elements.includes(one) && elements.indexOf(one) < elements.indexOf(b.elements[0]!)));
    }),
  );
}

/** In the order of the process; appends of one transaction are in order, too. */
function comesBefore(a: Done, b: Done, guarantee: SessionGuarantee): boolean {
  return ordered(a.by, b.by, 'process') || (guarantee === 'monotonic-writes' && a.by === b.by && a.at < b.at);
}

function operationsOf(by: SmallTransaction): Done[] {
  return by.ops.flatMap(([f, key, value], at): Done[] => {
    if (f !== 'r') return [{ by, at, isRead: false, key, elements: [value] }];
    return by.outcome === 'ok' ? [{ by, at, isRead: true, key, elements: (value ?? []) as readonly number[] }] : [];
  });
}
