/** `ordeal replay RUN`: the recorded operations and faults again. On `sim` the files must have the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { type RunOptions, type RunReport, runTest } from '../run/run-test.ts';
import { recordedPlan, runFolderIn } from './recorded-plan.ts';

export interface Difference {
  readonly file: string;
  /** The first line that differs, from 1. */
  readonly line: number;
  readonly recorded: string;
  readonly replayed: string;
}

export interface ReplayReport extends RunReport {
  readonly replayOf: string;
  /** None: the same bytes. */
  readonly differences: readonly Difference[];
}

const COMPARED = ['history.jsonl', 'faults.jsonl', 'results.json'] as const;

/** Throws ORDEAL_NO_SUCH_RUN, and ORDEAL_NOT_REPLAYABLE for a run on a real host. */
export async function replayRun(path: string, options: RunOptions & { readonly out?: string } = {}): Promise<ReplayReport> {
  const folder = runFolderIn(path);
  const plan = recordedPlan(folder);
  if (plan.host.name !== 'sim') {
    const what = `it ran on "${plan.host.name}": what real processes do cannot be repeated exactly`;
    throw new OrdealError('ORDEAL_NOT_REPLAYABLE', {
      what,
      where: folder,
      remedy: 'Run it again with its seed: the operations and the schedule of faults will be the same.',
    });
  }
  const report = await runTest({ ...plan, out: options.out ?? plan.out, replayOf: folder }, options);
  const differences = COMPARED.flatMap((file) => firstDifference(file, join(folder, file), join(report.folder.path, file)));
  return { ...report, replayOf: folder, differences };
}

function firstDifference(file: string, recordedPath: string, replayedPath: string): Difference[] {
  const recorded = readFileSync(recordedPath);
  const replayed = readFileSync(replayedPath);
  if (recorded.equals(replayed)) return [];
  const was = recorded.toString('utf8').split('\n');
  const is = replayed.toString('utf8').split('\n');
  const index = was.findIndex((line, i) => line !== is[i]);
  const line = index === -1 ? was.length : index;
  return [{ file, line: line + 1, recorded: was[line] ?? '', replayed: is[line] ?? '' }];
}
