/**
 * What happened in a simulation, for the test of tests: the same seed twice gives the same trace. A hash of every event
 * (time and description), and, when asked for, the lines themselves, so that the first event that differs can be shown.
 */

export interface Trace {
  record(time: number, description: string): void;
  /** Of everything recorded so far; 16 hexadecimal digits. */
  hash(): string;
  readonly count: number;
  readonly lines: readonly string[];
}

/** Keeps at most `keepLines` lines; the hash goes on. */
export function createTrace(keepLines = 200_000): Trace {
  const lines: string[] = [];
  let low = 0x811c9dc5;
  let high = 0x01000193;
  let count = 0;
  return {
    record(time, description) {
      const line = `${time} ${description}`;
      for (let i = 0; i < line.length; i++) {
        const unit = line.charCodeAt(i);
        low = Math.imul(low ^ unit, 0x01000193);
        high = Math.imul(high ^ unit, 0x85ebca6b) ^ (low >>> 15);
      }
      count++;
      if (lines.length < keepLines) lines.push(line);
    },
    hash: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
    get count() {
      return count;
    },
    lines,
  };
}

/** Undefined when the traces are equal, else the first event that differs, in words. */
export function firstDifference(one: Trace, other: Trace): string | undefined {
  if (one.hash() === other.hash() && one.count === other.count) return undefined;
  const length = Math.max(one.lines.length, other.lines.length);
  for (let i = 0; i < length; i++) {
    if (one.lines[i] !== other.lines[i]) return `event ${i} differs:\n  first run:  ${one.lines[i] ?? '(ended)'}\n  second run: ${other.lines[i] ?? '(ended)'}`;
  }
  return `the first ${length} events agree, later ones differ (${one.count} and ${other.count} events)`;
}
