/** "did you mean": the known name nearest to what was typed. */

import type { OrdealErrorCode } from './codes.ts';
import { OrdealError } from './ordeal-error.ts';

/** The nearest of `known` within two edits (or a third of the word), if there is one. */
export function suggest(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(typed, name);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** The error for a name that is not in a registry: what was typed, the nearest, and all that exist. */
export function unknownName(code: OrdealErrorCode, kind: string, typed: string, known: readonly string[], where?: string): OrdealError {
  const near = suggest(typed, known);
  const what = `unknown ${kind} "${typed}"${near ? `; did you mean "${near}"?` : ''} (known: ${known.join(', ')})`;
  return new OrdealError(code, where === undefined ? { what, value: typed } : { what, where, value: typed });
}

/** Levenshtein's distance, two rows at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
