/** One line per checked file; under a conviction its sentences. */
import chalk from 'chalk';
import type { CheckedFile } from '../../api/index.ts';
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { explanation, isolationSummaryText, isolationText, readableColumns, wrapped } from '../../reports/terminal/index.ts';
import { isolationStory, isolationSummaryView } from '../../reports/view-model/index.ts';

/** `first`: one sentence for each convicting check; `all`: all of them; `explained`: with the counterexample of each. */
export type Detail = 'first' | 'all' | 'explained';

const INDENT = '      ';

/** Lines, the last one ended. `history`: what was judged. */
export function renderChecked(checked: CheckedFile, detail: Detail, history?: History): string {
  const { file, valid, model, ops, engine, results, error } = checked;
  const about = `${model}, ${ops} operations${detail === 'explained' && engine !== undefined ? `, decided by ${engine}` : ''}`;
  const lines = [`${symbol(valid)} ${word(valid).padEnd(10)} ${file}  ${chalk.dim(error ? '' : about)}`];
  if (error) lines.push(`    ${error.code}  ${error.message}`, `    ${error.remedy}`);
  for (const notice of checked.notices) lines.push(chalk.dim(`    ${notice.message}`));
  for (const result of results) {
    if (result.valid === 'unknown')
      for (const reason of result.reasons) lines.push(`    ${result.checker}: ${reason.message}${reason.remedy ? ` ${reason.remedy}` : ''}`);
    if (result.valid !== false) continue;
    const types = new Set<string>();
    for (const anomaly of detail === 'first' ? result.anomalies.slice(0, 1) : result.anomalies) {
      // of a type the first shows how it comes about, the others that there are more
      lines.push(...anomalyLines(anomaly, detail === 'all' && types.has(anomaly.type) ? 'first' : detail, history));
      types.add(anomaly.type);
    }
  }
  lines.push(...summaryLines(checked, history));
  if (checked.not !== undefined && checked.not.length > 0) lines.push(chalk.dim(`    cannot hold: ${checked.not.join(', ')} and what implies them`));
  if (checked.mayHold !== undefined) lines.push(chalk.dim(`    may hold: ${checked.mayHold.join(', ')}`));
  return `${lines.join('\n')}\n`;
}

/** Anomalies of transactions are told from the history, the others from their certificates. */
function anomalyLines(anomaly: Anomaly, detail: Detail, history: History | undefined): string[] {
  const story = history === undefined ? undefined : isolationStory(history, anomaly);
  if (story === undefined) {
    const explained = detail === 'explained' ? explanation(anomaly, INDENT) : [];
    return [`    ${chalk.bold(anomaly.type)}: ${anomaly.sentence}`, ...(explained.length > 0 ? ['', ...explained, ''] : [])];
  }
  const head = `${chalk.bold(anomaly.type)}: ${story.headline}`;
  if (detail === 'first') return [`    ${head}`];
  return [...wrapped('    ', head, readableColumns()), ...isolationText(story, { indent: INDENT, detail: detail === 'explained' ? 'evidence' : 'steps' }), ''];
}

/** Beside an unknown verdict the reasons are told already. */
function summaryLines({ results, valid }: CheckedFile, history: History | undefined): string[] {
  const summary = history === undefined ? null : isolationSummaryView(results, history, []);
  return summary === null ? [] : isolationSummaryText({ ...summary, open: valid === false ? summary.open : [] }, { indent: '    ' });
}

const symbol = (valid: CheckedFile['valid']): string =>
  valid === true ? chalk.green('✓') : valid === false ? chalk.red('✗') : valid === null ? chalk.red('!') : chalk.magenta('?');
const word = (valid: CheckedFile['valid']): string => (valid === true ? 'valid' : valid === false ? 'INVALID' : valid === null ? 'unreadable' : 'unknown');
