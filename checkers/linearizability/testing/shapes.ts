/** What the histories of a fuzz target are like: fuzzing that never meets an unknown outcome says nothing about them. */
import type { History } from '../../../harness/contracts/index.ts';
import { eventType, FAIL, INFO, INVOKE, isApplied } from '../../../harness/history/columns.ts';

/** Of so many histories, how many have at least one such operation. */
export interface Shapes {
  histories: number;
  unknown: number;
  /** A condition that did not hold, or an operation that failed. */
  refused: number;
  /** Two requests with the same f and value, other than null. */
  repeated: number;
}

export const noShapes = (): Shapes => ({ histories: 0, unknown: 0, refused: 0, repeated: 0 });

/** Requests with a value, by f and value: cleared for each history. */
const asked = new Set<number>();

/** Counts a history. */
export function countShape(shapes: Shapes, history: History): void {
  const { columns, length } = history;
  let [unknown, refused, repeated] = [0, 0, 0];
  asked.clear();
  for (let i = 0; i < length; i++) {
    const type = eventType(columns, i);
    if (type === INFO || (type === INVOKE && columns.pair[i]! < 0)) unknown = 1;
    if (type === FAIL || !isApplied(columns, i)) refused = 1;
    if (type !== INVOKE || (history.value(columns.value[i]!) ?? null) === null) continue;
    const request = columns.value[i]! * 0x10000 + columns.f[i]!;
    if (asked.has(request)) repeated = 1;
    asked.add(request);
  }
  shapes.histories++;
  shapes.unknown += unknown;
  shapes.refused += refused;
  shapes.repeated += repeated;
}
