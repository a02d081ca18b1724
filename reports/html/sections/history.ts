/** The history: a table that the page's script fills and filters, and the inspector beside it. The data block holds it all. */
import type { ReportView } from '../../view-model/index.ts';
import { html, jsonBlock, type Markup } from '../markup.ts';
import { operationTable } from './findings.ts';

/** Rows for those who have no script, and for paper. */
const STATIC_ROWS = 40;

export function historySection(view: ReportView): Markup {
  const { ops, included } = view.excerpt;
  const fs = [...new Set(ops.map((op) => op.f))].slice(0, 4);
  const nodes = [...new Set(ops.map((op) => op.node).filter((node) => node !== null))].sort().slice(0, 3);
  const key = view.findings[0]?.key;
  const chips = [...(key == null ? [] : [`k:${key}`]), ...nodes.map((node) => `n:${node}`), ...fs.map((f) => `f:${f}`), 'info', 'fail'].filter(
    (chip) => !/\s/.test(chip),
  );
  return html`<section id="history" class="panel" aria-labelledby="h-h">
<div class="head"><h2 id="h-h">History</h2><span class="sub" id="h-count" aria-live="polite"></span></div>
<div class="filt"><label class="inp"><span class="vh">Filter operations</span><svg viewBox="0 0 14 14" aria-hidden="true"><circle cx="6" cy="6" r="4.3" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M9.3 9.3L13 13" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg><input id="q" type="text" autocomplete="off" spellcheck="false" placeholder="f:write k:12 p:3 n:n1 t:12..13 !ok"><kbd>/</kbd></label><div class="chips">${chips.map((chip) => html`<button type="button" class="chip">${chip}</button>`)}</div></div>
<div class="hist" tabindex="0" role="region" aria-label="Operations" id="hist"><table><thead><tr><th class="r">index</th><th class="r">time s</th><th>process</th><th>node</th><th>key</th><th>operation</th><th>outcome</th><th>latency</th></tr></thead><tbody id="rows"></tbody></table></div>
<noscript><div class="hist">${operationTable(ops.slice(0, STATIC_ROWS))}</div></noscript>
<p class="note">${included}</p>
</section>`;
}

/** What the script works on: operations as rows, faults, the texts that its buttons copy. */
export function dataBlock(view: ReportView): Markup {
  const { timeline, excerpt, verdict } = view;
  const data = {
    ops: excerpt.ops.map((op) => [op.index, op.process, op.node, op.key, op.f, op.words, op.outcome, op.start, op.end, op.scheduled, op.error, op.complete]),
    total: excerpt.total,
    faults: timeline.faults.map(({ id, effect, start, end }) => [id, effect, start, end]),
    hits: view.findings.flatMap((finding) => finding.drawing?.hits ?? []),
    witness: view.findings.flatMap((finding) => finding.drawing?.ops.map((op) => op.index) ?? []),
    buckets: Object.fromEntries(timeline.ranges.map((range) => [range.id, range.buckets.map(({ ok, info, fail, p50, p99 }) => [ok, info, fail, p50, p99])])),
    repro: view.reproduce[0]?.command ?? '',
    summary: `**${verdict.word.replace('-', ' ').toUpperCase()}** ${view.scenario.join(', ')}\n\n${verdict.sentence}\n\n\`${view.reproduce[0]?.command ?? ''}\`\n`,
  };
  return html`<script type="application/json" id="data">${jsonBlock(data)}</script>`;
}
