/**
 * The oracle of session guarantees over registers (Terry et al. 1994): tries all orders of the values of each key, for each
 * process by itself, and for writes that follow reads for all together. Nil comes first.
 */
import type { SessionGuarantee } from './oracle-sessions.ts';
import type { SmallTransaction } from './small-history.ts';

interface Done {
  readonly isRead: boolean;
  readonly key: string;
  readonly value: number | null;
}

/** Whether the guarantee holds, and nobody read what nobody wrote. */
export function keepsRegisterSessions(all: readonly SmallTransaction[], guarantee: SessionGuarantee): boolean {
  const written = new Set(all.flatMap(({ ops }) => ops.flatMap(([f, key, value]) => (f === 'w' ? [`${key} ${value}`] : []))));
  const read = all.filter(({ outcome }) => outcome === 'ok').flatMap(({ ops }) => ops.filter(([f, , value]) => f === 'r' && value !== null));
  if (read.some(([, key, value]) => !written.has(`${key} ${value as number}`))) return false;
  const seen = new Set(read.map(([, key, value]) => `${key} ${value as number}`));
  const tookEffect = ({ outcome, ops }: SmallTransaction): boolean =>
    outcome === 'ok' || (outcome === 'info' && ops.some(([f, key, value]) => f === 'w' && seen.has(`${key} ${value}`)));
  const sessions = [...Map.groupBy(all.filter(tookEffect), ({ process }) => process).values()].map((some) => {
    const ops = some.sort((a, b) => a.start - b.start).flatMap(({ ops: own, outcome }) => own.filter(([f]) => f !== 'r' || outcome === 'ok'));
    return ops.map(([f, key, value]): Done => ({ isRead: f === 'r', key, value: value as number | null }));
  });
  const keys = new Set(all.flatMap(({ ops }) => ops.map(([, key]) => key)));
  return [...keys].every((key) => {
    const rows = sessions.map((session) => session.filter((one) => one.key === key));
    const values = [...new Set(all.flatMap(({ ops }) => ops.flatMap(([, k, value]) => (k === key && value !== null ? [value as number] : []))))];
    const keeps = KEEPS[guarantee];
    if (guarantee === 'writes-follow-reads') return someOrder(values, [], (order) => rows.every((row) => keeps(row, order)));
    return rows.every((row) => someOrder(values, [], (order) => keeps(row, order)));
  });
}

function someOrder(rest: readonly number[], order: readonly number[], fits: (order: readonly number[]) => boolean): boolean {
  if (rest.length === 0) return fits(order);
  return rest.some((one) =>
    someOrder(
      rest.filter((other) => other !== one),
      [...order, one],
      fits,
    ),
  );
}

const place = (order: readonly number[], value: number | null): number => (value === null ? -1 : order.indexOf(value));

type Keeps = (row: readonly Done[], order: readonly number[]) => boolean;

/** Whether all pairs of operations in order, of these kinds, are of values in order. */
function pairs(first: 'read' | 'write', second: 'read' | 'write', isStrict: boolean): Keeps {
  return (row, order) =>
    row.every((a, i) =>
      row.slice(i + 1).every((b) => {
        if (a.isRead !== (first === 'read') || b.isRead !== (second === 'read')) return true;
        const [one, other] = [place(order, a.value), place(order, b.value)];
        return isStrict ? one < other : one <= other;
      }),
    );
}

const inOrder = pairs('write', 'write', true);

const KEEPS: Readonly<Record<SessionGuarantee, Keeps>> = {
  'monotonic-reads': pairs('read', 'read', false),
  'monotonic-writes': inOrder,
  // A process writes in its own order.
  'read-your-writes': (row, order) => inOrder(row, order) && ownSeen(row, order),
  'writes-follow-reads': pairs('read', 'write', true),
};

function ownSeen(row: readonly Done[], order: readonly number[]): boolean {
  return row.every((b, i) => !b.isRead || row.slice(0, i).every((a) => a.isRead || place(order, a.value) <= place(order, b.value)));
}
