/** Writes what people and machines read of a run: `results.json`, `junit.xml`, `report.html`. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { type RunFolder, type RunResults, writeRunFile } from '../../harness/store/index.ts';
import { renderFailedReport, renderReport } from '../../reports/html/index.ts';
import { renderJunit } from '../../reports/junit/index.ts';
import { buildReportView, type NodeLog, type RunFacts } from '../../reports/view-model/index.ts';

/** Of each log, so many bytes from its end are read. */
const LOG_BYTES = 1 << 20;

/** All three. The results come first, so that no report can cost them. */
export async function writeReports(folder: RunFolder, results: RunResults, history: History, facts: RunFacts): Promise<void> {
  writeRunFile(folder.results, `${JSON.stringify(results, null, 2)}\n`);
  writeRunFile(folder.junit, renderJunit(results, facts.startedAt));
  writeRunFile(folder.report, drawn(folder, results, history, facts));
}

/** The HTML report and JUnit of a run that was, from its folder; its results stay as they are. */
export function rewriteReports(folder: RunFolder, results: RunResults, history: History): void {
  const facts = JSON.parse(readFileSync(folder.run, 'utf8')) as RunFacts;
  writeRunFile(folder.junit, renderJunit(results, facts.startedAt));
  writeRunFile(folder.report, drawn(folder, results, history, facts));
}

/** A report that cannot be drawn says so in its place: the verdict is not lost with it. */
function drawn(folder: RunFolder, results: RunResults, history: History, facts: RunFacts): string {
  try {
    return renderReport(buildReportView({ results, history, facts, logs: nodeLogs(folder.nodes), folder: folder.path }));
  } catch (error) {
    return renderFailedReport(results, messageOf(error));
  }
}

/** The ends of all `nodes/<id>/*.log`, in order of their names. */
function nodeLogs(nodes: string): NodeLog[] {
  return foldersIn(nodes).flatMap((node) =>
    readdirSync(join(nodes, node), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map((entry) => entry.name)
      .sort()
      .map((file) => ({ node, file, ...tailOf(join(nodes, node, file)) })),
  );
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return []; // a run that never opened its host has no nodes
  }
}

function tailOf(path: string): { readonly lines: readonly string[]; readonly cut: boolean } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - LOG_BYTES);
    const bytes = Buffer.alloc(size - from);
    const read = readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    return from === 0 ? { lines, cut: false } : { lines: lines.slice(1), cut: true };
  } finally {
    closeSync(file);
  }
}
