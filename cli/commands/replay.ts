/** `ordeal replay RUN`: a run on the simulator again, to the byte. */
import type { Command } from 'commander';
import { replayRun } from '../../api/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { interruptible } from '../output/interrupt.ts';
import { createRenderer } from '../output/renderer.ts';
import type { CommandContext } from './command.ts';

interface ReplayFlags {
  readonly out?: string;
  readonly json?: boolean;
  readonly open?: boolean;
}

/** Adds the command. */
export function replayCommand(command: Command, context: CommandContext): void {
  command
    .argument('<run>', 'a run folder, or `latest`')
    .option('--out <dir>', "where the replay's run folder is made (default: beside the run's)")
    .option('--json', 'print the results as JSON')
    .option('--open', 'open the report in a browser')
    .addHelpText('after', '\nExample:\n  npx ordeal replay latest\n')
    .action(async (run: string, flags: ReplayFlags) => {
      const renderer = createRenderer(flags.json ? 'silent' : 'terminal');
      const out = flags.out === undefined ? {} : { out: flags.out };
      const report = await interruptible((interruption) => replayRun(run, { ...interruption, ...out, onEvent: renderer.onEvent })).finally(renderer.end);
      const { differences, results, folder } = report;
      if (flags.json)
        process.stdout.write(
          `${JSON.stringify({ folder: folder.path, replayOf: report.replayOf, identical: differences.length === 0, differences, ...results }, null, 2)}\n`,
        );
      else renderer.verdict(report);
      if (flags.open) await renderer.open(report);
      const [difference] = differences;
      if (difference && report.interruptedBy === undefined) {
        const what = `${difference.file} differs first in line ${difference.line}:\n    recorded  ${difference.recorded}\n    replayed  ${difference.replayed}`;
        throw new OrdealError('ORDEAL_REPLAY_DIVERGED', { what, where: report.replayOf });
      }
      if (!flags.json) process.stdout.write('  the same bytes: history.jsonl, faults.jsonl, results.json\n');
      context.exitCode = report.interruptedBy ?? results.exitCode;
    });
}
