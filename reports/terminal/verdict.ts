/** The verdict in words, with its counterexample as a table of operations. */
import { join } from 'node:path';
import type { ChalkInstance } from 'chalk';
import type { History } from '../../harness/contracts/index.ts';
import type { RunResults } from '../../harness/store/index.ts';
import {
  type CheckView,
  checkViews,
  count,
  counted,
  type Faults,
  type FindingView,
  faultViews,
  findingViews,
  isolationSummaryView,
  outsideClaims,
  verdictWord,
} from '../view-model/index.ts';
import { isolationSummaryText, isolationText } from './isolation-text.ts';
import { operationsTable } from './operations-table.ts';
import { oneLine, paintFor, verdictInColour } from './style.ts';
import { readableColumns, wrapped } from './wrap.ts';

/** Findings that are told in full. */
const TOLD = 3;

/** Lines, the last one ended. `folder`: the run folder. */
export function renderVerdict(results: RunResults, history: History, folder: string, paint: ChalkInstance = paintFor(process.env)): string {
  const end = history.length === 0 ? 0 : history.columns.time[history.length - 1]!;
  const faults = faultViews(results, history, end);
  const findings = findingViews(results, history, faults);
  const proven = faults.single.filter((fault) => fault.proven).length;
  const { ok, fail, info } = results.counts;
  const lines = [
    '',
    ...outsideLines(results, paint),
    ...findings.slice(0, TOLD).flatMap((finding) => findingLines(finding, paint)),
    ...more(results, paint),
    ...isolationLines(results, history, faults, paint),
    ...checkViews(results).flatMap((check) => checkLines(check, paint)),
    ...reasonLines(results, paint),
    '',
    `  ${verdictInColour(verdictWord(results), paint)}  ${count(ok)} ok, ${count(info)} unknown, ${count(fail)} failed; ${
      faults.single.length === 0 ? 'no faults' : `${proven} of ${counted(faults.single.length, 'fault')} proven`
    }; ${(end / 1e9).toFixed(1)} s; seed ${results.seed}`,
    `  report  ${join(folder, 'report.html')}`,
    `  again   ${results.reproduce.run}`,
    '',
  ];
  return lines.join('\n');
}

function outsideLines(results: RunResults, paint: ChalkInstance): string[] {
  const beyond = outsideClaims(results);
  if (beyond.length === 0) return [];
  return [`  ${paint.yellow.bold('OUTSIDE WHAT THE SYSTEM CLAIMS')}`, ...beyond.flatMap((what) => wrapped('      ', oneLine(what), readableColumns())), ''];
}

function findingLines(finding: FindingView, paint: ChalkInstance): string[] {
  const place = [finding.key === null ? '' : `key ${finding.key}`, finding.context ?? '', finding.effect ?? ''].filter((part) => part !== '');
  return [
    `  ${paint.red('✗')} ${paint.bold(finding.title)}${place.length === 0 ? '' : paint.dim(`  ${oneLine(place.join(', '))}`)}`,
    ...(finding.isolation === null
      ? [`      ${oneLine(finding.sentence)}`, ...operationsTable(finding, paint), ...(finding.thus === '' ? [] : [`      ${oneLine(finding.thus)}`])]
      : [
          ...wrapped('      ', oneLine(finding.sentence), readableColumns()),
          ...isolationText({ headline: finding.sentence, isolation: finding.isolation, thus: finding.thus }, { indent: '      ', detail: 'steps', paint }),
        ]),
    '',
  ];
}

/** Anomalies of transactions by class, and the strongest models that nothing refutes. */
function isolationLines(results: RunResults, history: History, faults: Faults, paint: ChalkInstance): string[] {
  const summary = isolationSummaryView(results.checks, history, faults.grouped);
  if (summary === null) return [];
  const lines = isolationSummaryText(summary, { indent: '  ', paint });
  const holds = summary.mayHold.length === 0 ? [] : wrapped('  may hold: ', summary.mayHold.join(', '), readableColumns());
  return [...lines, ...holds.map((line) => paint.dim(line)), ''];
}

function more(results: RunResults, paint: ChalkInstance): string[] {
  const total = results.checks.reduce((sum, check) => sum + (check.anomalies?.length ?? 0), 0);
  return total > TOLD ? [paint.dim(`  ${counted(total - TOLD, 'more finding')} in the report`), ''] : [];
}

function checkLines(check: CheckView, paint: ChalkInstance): string[] {
  const sign = { valid: paint.green('✓'), invalid: paint.red('✗'), unknown: paint.magenta('?') }[check.verdict];
  const said = check.verdict === 'invalid' ? counted(check.anomalies, 'finding') : check.looked;
  return [
    `  ${sign} ${check.name}${said === '' ? '' : paint.dim(`  ${said}`)}`,
    ...(check.mayHold === '' ? [] : [paint.dim(`      ${check.mayHold}`)]),
    ...check.undecided.map((reason) => `      ${oneLine(reason.message)}${reason.remedy === null ? '' : ` ${oneLine(reason.remedy)}`}`),
  ];
}

/** What no check has said already. */
function reasonLines(results: RunResults, paint: ChalkInstance): string[] {
  const told = new Set(results.checks.flatMap((check) => (check.reasons ?? []).map((reason) => reason.message)));
  return results.reasons
    .filter((reason) => !told.has(reason.message))
    .map((reason) => `  ${paint.magenta('!')} ${oneLine(reason.message)}${reason.remedy ? ` ${oneLine(reason.remedy)}` : ''}`);
}

interface Shown {
  readonly results: RunResults;
  readonly history: History;
  readonly folder: { readonly path: string };
}

/** The two verdicts of a demo and what was expected of them. */
export function renderDemo(
  broken: Shown,
  repaired: Shown,
  expectations: readonly { readonly text: string; readonly met: boolean }[],
  paint: ChalkInstance = paintFor(process.env),
): string {
  const one = (title: string, { results, history, folder }: Shown): string => `\n${paint.bold(title)}${renderVerdict(results, history, folder.path, paint)}`;
  const marks = expectations.map(({ text, met }) => `  ${met ? paint.green('✓') : paint.red('✗')} ${oneLine(text)}`);
  return `${one('the broken variant', broken)}${one('the repaired variant', repaired)}\n${marks.join('\n')}\n`;
}
