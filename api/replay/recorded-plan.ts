/** Where a run that was lies, and what it was. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { DEFAULT_OUT, runFolderAt } from '../../harness/store/index.ts';
import { type RunPlan, runPlanSchema } from '../plans/plan.ts';

/** The folder of a run: a path, or `latest`. Throws ORDEAL_NO_SUCH_RUN. */
export function runFolderIn(path: string): string {
  const found = [path, join(DEFAULT_OUT, path)].find((candidate) => existsSync(runFolderAt(candidate).run));
  if (found === undefined) throw new OrdealError('ORDEAL_NO_SUCH_RUN', { what: 'there is no run.json in it', where: path });
  return realpathSync(found);
}

/** The plan in `run.json`. Throws ORDEAL_NO_SUCH_RUN. */
export function recordedPlan(folder: string): RunPlan {
  try {
    const { plan } = JSON.parse(readFileSync(runFolderAt(folder).run, 'utf8')) as { plan: unknown };
    return runPlanSchema.parse(plan);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NO_SUCH_RUN', { what: `its run.json cannot be read: ${messageOf(cause)}`, where: folder, cause });
  }
}
