/** Operations as bars on the lanes of their processes, in text: events in their true order, not at their distances. */

export interface LaneOperation {
  /** Index of the invocation. */
  readonly op: number;
  /** Index of the completion; null: the bar stays open. */
  readonly complete: number | null;
  readonly process: number;
  readonly node: string | null;
  readonly label: string;
  readonly mark: string;
}

/** Lines, one for each process; undefined where they would be longer than `columns`. */
export function lanes(operations: readonly LaneOperation[], columns: number): string[] | undefined {
  const ordered = [...operations].sort((a, b) => a.op - b.op);
  const columnOf = columnsOfEvents(ordered);
  const edge = Math.max(...ordered.map((op) => columnOf.get(op.complete ?? op.op)! + (op.complete === null ? op.label.length + 3 : 0))) + 1;
  const processes = [...new Set(ordered.map(({ process }) => process))];
  const names = processes.map((process) => {
    const nodes = [...new Set(ordered.filter((op) => op.process === process && op.node !== null).map(({ node }) => node))];
    return `process ${process}${nodes.length === 0 ? '' : ` ${nodes.join(', ')}`}`;
  });
  const margin = Math.max(...names.map(({ length }) => length)) + 2;
  const lines = processes.map((process, lane) => {
    let line = names[lane]!.padEnd(margin);
    const own = ordered.filter((op) => op.process === process);
    own.forEach((op, i) => {
      const start = margin + columnOf.get(op.op)!;
      const next = own[i + 1];
      const end = op.complete === null ? (next === undefined ? margin + edge : margin + columnOf.get(next.op)! - 1) : margin + columnOf.get(op.complete)!;
      line = line.padEnd(start) + bar(op, end - start + 1);
    });
    return line.trimEnd();
  });
  return lines.every(({ length }) => length <= columns) ? lines : undefined;
}

/** An event stands right of the one before it, and so far right that the bars that it ends, or whose lane it is on, have room for their labels. */
function columnsOfEvents(ordered: readonly LaneOperation[]): Map<number, number> {
  const events = ordered
    .flatMap((op) => [{ at: op.op, op, call: true }, ...(op.complete === null ? [] : [{ at: op.complete, op, call: false }])])
    .sort((a, b) => a.at - b.at);
  const columnOf = new Map<number, number>();
  /** The first free column of a process. */
  const free = new Map<number, number>();
  let column = -1;
  for (const { at, op, call } of events) {
    const needed = call ? (free.get(op.process) ?? 0) : columnOf.get(op.op)! + op.label.length + 3;
    column = Math.max(column + 1, needed);
    columnOf.set(at, column);
    free.set(op.process, call ? column + op.label.length + 5 : column + 2 + op.mark.length);
  }
  return columnOf;
}

function bar({ complete, label, mark }: LaneOperation, width: number): string {
  const inside = ` ${label} `.padEnd(width - (complete === null ? 1 : 2), complete === null ? '┄' : '─');
  return complete === null ? `├${inside}` : `├${inside}┤${mark}`;
}
