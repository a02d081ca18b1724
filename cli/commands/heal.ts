/** `ordeal heal [RUN…]`: brings back what runs left behind that could not do it themselves. */
import chalk from 'chalk';
import type { Command } from 'commander';
import { type HealReport, healRuns, sweepHosts } from '../../api/index.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import type { CommandContext } from './command.ts';

interface HealFlags {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Adds the command. */
export function healCommand(command: Command, context: CommandContext): void {
  command
    .argument('[runs...]', 'run folders, besides the runs that this machine knows of')
    .option('--all', 'list every journal with something to undo, and ask before undoing it')
    .option('--yes', 'with --all: do not ask')
    .option('--force', 'also what living runs hold')
    .option('--dry-run', 'list what would be undone, touch nothing')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExamples:\n  npx ordeal heal\n  npx ordeal heal --dry-run\n')
    .action(async (roots: string[], flags: HealFlags) => {
      // with --all the list comes first, and the word --yes after it
      const asks = flags.all === true && flags.yes !== true;
      const mode = flags.dryRun || asks ? 'list' : flags.force ? 'force' : 'heal';
      const reports = await healRuns({ roots, mode });
      const swept = mode === 'list' ? [] : await sweepHosts();
      if (flags.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
      else process.stdout.write(render(reports) + swept.map((run) => `${'removed'.padEnd(10)} what run ${run} had left\n`).join(''));
      if (asks && reports.some((report) => report.status === 'open')) process.stdout.write('To undo these: ordeal heal --all --yes\n');
      context.exitCode = reports.some((report) => report.status === 'failed' || report.status === 'unreadable') ? EXIT.environment : EXIT.valid;
    });
}

function render(reports: readonly HealReport[]): string {
  const interesting = reports.filter((report) => report.status !== 'clean');
  if (interesting.length === 0) return `${chalk.green('✓')} nothing to undo (${reports.length} journals looked at)\n`;
  return interesting
    .map(
      (report) => `${report.status.padEnd(10)} ${report.journal}\n${report.open.map((change) => `    ${change.kind}  ${change.nodes.join(' ')}\n`).join('')}`,
    )
    .join('');
}
