/** Several runs at a glance, after the last of them: a line each. */
import chalk from 'chalk';
import type { RunReport } from '../../api/index.ts';

/** Lines, the last one ended. */
export function renderRuns(reports: readonly RunReport[]): string {
  const width = Math.max(...reports.map(({ plan }) => plan.name.length));
  const lines = reports.map(({ plan, results, folder }) => `  ${mark(results.valid)} ${plan.name.padEnd(width)}  seed ${plan.seed}  ${chalk.dim(folder.path)}`);
  return `${chalk.bold(`${reports.length} runs`)}\n${lines.join('\n')}\n`;
}

function mark(valid: boolean | 'unknown'): string {
  return valid === true ? chalk.green('✓ valid  ') : valid === false ? chalk.red('✗ INVALID') : chalk.magenta('? unknown');
}
