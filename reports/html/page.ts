/**
 * The report as one file that asks nobody for anything: no requests, no inline styles, a content security policy that
 * names style and script by their hashes. It works from `file://`, without script it is still readable.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ReportView } from '../view-model/index.ts';
import { escaped, html, raw } from './markup.ts';
import { availabilitySection } from './sections/availability.ts';
import { findingsSection } from './sections/findings.ts';
import { dataBlock, historySection } from './sections/history.ts';
import { logsSection, reproduceAndEnvironment } from './sections/particulars.ts';
import { testedSection } from './sections/tested.ts';
import { timelineSection } from './sections/timeline.ts';
import { hero, verdictBar } from './sections/verdict-bar.ts';
import { SYMBOLS } from './symbols.ts';

const asset = (name: string): string => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The whole page. What matters most comes first in the file; the data that only the script needs comes last. */
export function renderReport(view: ReportView): string {
  const [style, script] = [asset('report.css'), asset('report.js')];
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const body = html`<a class="skip" href="#${view.findings.length > 0 ? 'findings' : 'tested'}">Skip to the content</a>
${SYMBOLS}
${verdictBar(view)}
${hero(view)}
<div class="wrap"><main class="grid ${view.findings.length > 0 && 'with-insp'}" id="main">
${findingsSection(view)}
${testedSection(view)}
${timelineSection(view)}
<aside class="panel insp" id="insp" aria-label="Operation inspector" tabindex="-1" hidden></aside>
${availabilitySection(view)}
${historySection(view)}
${reproduceAndEnvironment(view)}
${logsSection(view)}
</main></div>
<footer><div class="wrap"><span>Written by ordeal ${view.ordeal}.</span><span class="push"><kbd>j</kbd> <kbd>k</kbd> finding</span><span><kbd>n</kbd> <kbd>p</kbd> stretch of time</span><span><kbd>/</kbd> filter</span><span><kbd>?</kbd> all keys</span></div></footer>
<dialog id="help" aria-labelledby="h-k"><h2 id="h-k">Keys</h2><dl><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous finding</dd><dt><kbd>n</kbd> <kbd>p</kbd></dt><dd>next, previous stretch of the timeline</dd><dt><kbd>0</kbd></dt><dd>the whole run</dd><dt><kbd>/</kbd></dt><dd>filter the history</dd><dt><kbd>i</kbd></dt><dd>operation inspector</dd><dt><kbd>r</kbd></dt><dd>copy the reproduction command</dd><dt><kbd>d</kbd></dt><dd>light or dark</dd><dt><kbd>Esc</kbd></dt><dd>back</dd></dl></dialog>
<div class="toast" role="status"></div>
${dataBlock(view)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(view.title)}</title>
<link rel="icon" href="data:,">
<style>${raw(style).text}</style>
</head>
<body>
${body.text}
<script>${raw(script).text}</script>
</body>
</html>
`;
}

/** What stands in the place of a report that could not be drawn: the verdict, and why there is no more. */
export function renderFailedReport(results: { readonly valid: boolean | 'unknown'; readonly sentence: string }, why: string): string {
  const word = results.valid === 'unknown' ? 'UNKNOWN' : results.valid ? 'VALID' : 'INVALID';
  const body = html`<h1>${word}</h1><p>${results.sentence}</p><p>The report could not be drawn: ${why}</p><p>The file results.json beside this page has the whole verdict.</p>`;
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>${word}</title></head><body>${body.text}</body></html>\n`;
}
