/** A run that was: its plan, results and history, from its folder. */
import { readFileSync } from 'node:fs';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { readHistory } from '../../harness/history/index.ts';
import { resultsSchema, runFolderAt } from '../../harness/store/index.ts';
import { recordedPlan, runFolderIn } from '../replay/recorded-plan.ts';
import type { RunReport } from '../run/run-test.ts';

/** Throws ORDEAL_NO_SUCH_RUN. */
export async function readRun(path: string): Promise<RunReport> {
  const folder = runFolderAt(runFolderIn(path));
  const plan = recordedPlan(folder.path);
  try {
    const results = resultsSchema.parse(JSON.parse(readFileSync(folder.results, 'utf8')));
    const { history } = await readHistory(folder.history, { strictness: 'lenient' });
    return { plan, folder, results, history };
  } catch (cause) {
    throw new OrdealError('ORDEAL_NO_SUCH_RUN', {
      what: `the run did not come to its end: ${messageOf(cause)}`,
      where: folder.path,
      remedy: 'Judge its history with `ordeal check`.',
      cause,
    });
  }
}
