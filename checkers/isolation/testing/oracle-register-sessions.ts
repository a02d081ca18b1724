/**
 * The oracle of session guarantees over registers (Terry et al. 1994): is there an order of the writes of each key, and for each
 * read one of the writes of its value, so that the guarantee holds? For each process an order of its own, for writes that
 * follow reads one for all together. Tries all choices; nil comes first.
 */
import { withSomeUnknown } from './oracle.ts';
import type { SessionGuarantee } from './oracle-sessions.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

/** An operation of a process: of a write its own number among the writes, of a read those that it may have returned; -1 is nil. */
interface Done {
  readonly isRead: boolean;
  readonly candidates: readonly number[];
}

/** Whether the guarantee holds, and nobody read what nobody wrote. */
export function keepsRegisterSessions(all: readonly SmallTransaction[], guarantee: SessionGuarantee): boolean {
  // A failed one wrote what nobody else can have written.
  const possible = new Set(
    all.filter(({ outcome }) => outcome !== 'fail').flatMap(({ ops }) => ops.filter(([f]) => f === 'w').map(([, key, value]) => `${key} ${value as number}`)),
  );
  const failed = all
    .filter(({ outcome }) => outcome === 'fail')
    .map((one) => ({ ...one, ops: one.ops.filter(([, key, value]) => !possible.has(`${key} ${value as number}`)) }));
  const keys = new Set(all.flatMap(({ ops }) => ops.map(([, key]) => key)));
  return withSomeUnknown(all, (chosen) => [...keys].every((key) => keepsOne(chosen, failed, key, guarantee)));
}

function keepsOne(chosen: readonly SmallTransaction[], failed: readonly SmallTransaction[], key: string, guarantee: SessionGuarantee): boolean {
  const isWrite = ([f, k]: SmallOp): boolean => f === 'w' && k === key;
  const writes = chosen.flatMap(({ ops }) => ops.filter(isWrite));
  const refused = failed.flatMap(({ ops }) => ops.filter(isWrite));
  const numbers = [...writes, ...refused];
  const candidates = (value: unknown): number[] => {
    if (value === null) return [-1];
    return numbers.flatMap((one, i) => (one[2] === value ? [i] : []));
  };
  const rows = [...Map.groupBy(chosen, ({ process }) => process).values()].map((some) =>
    [...some]
      .sort((a, b) => a.start - b.start)
      .flatMap(({ ops, outcome }) => ops.filter(([f, k]) => k === key && (f !== 'r' || outcome === 'ok')))
      .map((op): Done => ({ isRead: op[0] === 'r', candidates: op[0] === 'r' ? candidates(op[2]) : [numbers.indexOf(op)] })),
  );
  const keeps = KEEPS[guarantee];
  if (guarantee !== 'writes-follow-reads') return rows.every((row) => someChoice(row, [], (places) => hasOrder(keeps(row, places))));
  return someChoices(rows, [], (constraints) => hasOrder(constraints), keeps);
}

function someChoices(
  rest: readonly (readonly Done[])[],
  known: readonly Constraint[],
  fits: (constraints: readonly Constraint[]) => boolean,
  keeps: Keeps,
): boolean {
  const [row, ...others] = rest;
  if (row === undefined) return fits(known);
  return someChoice(row, [], (places) => someChoices(others, [...known, ...keeps(row, places)], fits, keeps));
}

/** Which write each operation of a row is about. */
function someChoice(row: readonly Done[], places: readonly number[], fits: (places: readonly number[]) => boolean): boolean {
  if (places.length === row.length) return fits(places);
  return row[places.length]!.candidates.some((one) => someChoice(row, [...places, one], fits));
}

/** The first comes before the second; or they are one, where that is enough. */
interface Constraint {
  readonly before: number;
  readonly after: number;
  readonly isStrict: boolean;
}

/** Whether writes can be put into an order: nothing comes before itself, or before nil. */
function hasOrder(constraints: readonly Constraint[]): boolean {
  const real = constraints.filter(({ before, after, isStrict }) => isStrict || before !== after);
  if (real.some(({ after }) => after === -1)) return false;
  const rest = new Set(real.flatMap(({ before, after }) => [before, after]));
  for (;;) {
    const first = [...rest].find((one) => !real.some(({ before, after }) => after === one && rest.has(before)));
    if (first === undefined) return rest.size === 0;
    rest.delete(first);
  }
}

type Keeps = (row: readonly Done[], places: readonly number[]) => readonly Constraint[];

/** All pairs of operations in order, of these kinds, are of writes in order. */
function pairs(first: 'read' | 'write', second: 'read' | 'write', isStrict: boolean): Keeps {
  return (row, places) =>
    row.flatMap((a, i) =>
      row.flatMap((b, j): Constraint[] => {
        if (j <= i || a.isRead !== (first === 'read') || b.isRead !== (second === 'read')) return [];
        return [{ before: places[i]!, after: places[j]!, isStrict }];
      }),
    );
}

const inOrder = pairs('write', 'write', true);
const ownSeen = pairs('write', 'read', false);

const KEEPS: Readonly<Record<SessionGuarantee, Keeps>> = {
  'monotonic-reads': pairs('read', 'read', false),
  'monotonic-writes': inOrder,
  // A process writes in its own order.
  'read-your-writes': (row, places) => [...inOrder(row, places), ...ownSeen(row, places)],
  'writes-follow-reads': pairs('read', 'write', true),
};
