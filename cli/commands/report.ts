/** `ordeal report RUN`: the verdict of a run that was, again. */
import type { Command } from 'commander';
import { readRun, rewriteReports } from '../../api/index.ts';
import { createRenderer } from '../output/renderer.ts';
import type { CommandContext } from './command.ts';

/** Adds the command. */
export function reportCommand(command: Command, context: CommandContext): void {
  command
    .argument('[run]', 'a run folder, or `latest`', 'latest')
    .option('--json', 'print the results as JSON')
    .option('--open', 'open the report in a browser')
    .addHelpText('after', '\nExample:\n  npx ordeal report latest --open\n')
    .action(async (run: string, flags: { json?: boolean; open?: boolean }) => {
      const renderer = createRenderer('terminal');
      const report = await readRun(run);
      rewriteReports(report.folder, report.results, report.history);
      if (flags.json) process.stdout.write(`${JSON.stringify({ folder: report.folder.path, ...report.results }, null, 2)}\n`);
      else renderer.verdict(report);
      if (flags.open) await renderer.open(report);
      context.exitCode = report.results.exitCode;
    });
}
