/** What leaves a check of inserts open, whatever it looks for. */
import type { Reason } from '../../harness/contracts/index.ts';
import type { Inserts } from './collect.ts';

export function openQuestions({ acknowledged, reads, unclear, unexpected }: Inserts, { add, read }: { readonly add: string; readonly read: string }): Reason[] {
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${add}" was acknowledged` });
  if (reads === 0) reasons.push({ code: 'nothing-read', message: `no "${read}" succeeded` });
  if (unclear.length > 0) {
    const message = `${unclear.length} operations add what was added before, or return no list (event ${unclear[0]})`;
    reasons.push({ code: 'ambiguous-element', message, remedy: 'Add each element once.' });
  }
  if (unexpected.length > 0) {
    const message = `${unexpected.length} reads show elements that nobody had begun to add (event ${unexpected[0]})`;
    reasons.push({ code: 'unexpected-elements', message, remedy: 'The checker "set" judges those.' });
  }
  return reasons;
}
