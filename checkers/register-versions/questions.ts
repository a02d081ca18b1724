/** What leaves a check of register versions open, whatever it looks for. */
import type { Reason } from '../../harness/contracts/index.ts';
import type { RegisterScan } from './scan.ts';

export function openQuestions(
  { reads, acknowledged, strange, foreign }: RegisterScan,
  { write, read }: { readonly write: string; readonly read: string },
): Reason[] {
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${write}" was acknowledged, so nothing could be old` });
  if (reads === 0) reasons.push({ code: 'nothing-read', message: `no "${read}" succeeded` });
  if (strange.length > 0) {
    const message = `${strange.length} reads returned what nobody had begun to write, or what was written twice (event ${strange[0]})`;
    reasons.push({ code: 'ambiguous-value', message, remedy: 'Write a value of its own each time; the checker "linearizable" judges values from nowhere.' });
  }
  if (foreign > 0)
    reasons.push({ code: 'foreign-operations', message: `${foreign} operations are neither "${write}" nor "${read}": what they write is not known` });
  return reasons;
}
