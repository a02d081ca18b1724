/** Verdicts: the order false > unknown > true, and what stands for several of them. */
import type { Result } from '../../harness/contracts/index.ts';

export type Verdict = Result['valid'];

/** One violation convicts; otherwise one doubt leaves it open. No verdict at all is unknown: nothing was checked. */
export function mergeVerdicts(verdicts: Iterable<Verdict>): Verdict {
  let merged: Verdict | undefined;
  for (const verdict of verdicts) {
    if (verdict === false) return false;
    merged = merged === 'unknown' || verdict === 'unknown' ? 'unknown' : true;
  }
  return merged ?? 'unknown';
}
