/** Availability and recovery per fault window; latency by operation; errors. */
import { count, type FaultView, type ReportView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { outcomeTag } from '../symbols.ts';
import { msOf, percent, tenths } from './wording.ts';

export function availabilitySection(view: ReportView): Markup {
  return html`<section class="two" id="availability">${windowsPanel(view)}${latencyPanel(view)}</section>`;
}

function windowsPanel(view: ReportView): Markup {
  const { okShare, longestGap } = view.availability;
  const faults = view.timeline.faults.filter((fault) => fault.counts !== null);
  const gap = longestGap === null ? '' : `longest time without a success ${msOf(longestGap.ms)}, from ${tenths(longestGap.from)} s`;
  return html`<div class="panel"><div class="head"><h2>Availability and recovery</h2><span class="sub">${okShare === null ? 'not measured' : html`${percent(okShare)} of operations succeeded${gap !== '' && `; ${gap}`}`}</span></div>
<div class="scroll"><table class="edge"><thead><tr><th>window</th><th class="r">ok</th><th class="r">info</th><th class="r">fail</th><th class="r">p99</th><th class="r">recovered in</th></tr></thead><tbody>${faults.map(windowRow)}${faults.length === 0 && html`<tr><td colspan="6" class="dim">No fault window.</td></tr>`}</tbody></table></div>
<p class="note">Recovered: from the completed heal to the first success of an operation that began after it, on whichever node; of repeated faults the slowest.</p></div>`;
}

function windowRow(fault: FaultView): Markup {
  const byNode = Object.entries(fault.recoveryMsByNode);
  const slowest = byNode.filter(([, ms]) => ms !== null).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))[0];
  const { ok, fail, info } = fault.counts!;
  return html`<tr><td><b>${fault.id}</b>${fault.times > 1 && ` ×${fault.times}`}<br><span class="dim">${fault.effect}</span></td><td class="r nw">${count(ok)}<br><span class="dim">${percent(fault.okShare)}</span></td><td class="r">${count(info)}</td><td class="r">${count(fail)}</td><td class="r nw">${msOf(fault.p99Ms)}</td><td class="r nw">${fault.recoveryMs === null ? 'not seen' : msOf(fault.recoveryMs)}${slowest !== undefined && html`<br><span class="dim">${slowest[0]} ${msOf(slowest[1])}</span>`}</td></tr>`;
}

function latencyPanel(view: ReportView): Markup {
  const { latency, errors } = view.availability;
  return html`<div class="panel" id="latency"><div class="head"><h2>Latency</h2><span class="sub">of ok operations, from their intended start</span></div>
<div class="scroll"><table class="edge"><thead><tr><th>operation</th><th class="r">p50</th><th class="r">p90</th><th class="r">p99</th><th class="r">p99.9</th><th class="r">max</th></tr></thead><tbody>${latency.map(
    (row) =>
      html`<tr><td>${row.name} <span class="dim">${count(row.count)}</span></td>${[row.p50, row.p90, row.p99, row.p999, row.max].map((ms) => html`<td class="r nw">${msOf(ms)}</td>`)}</tr>`,
  )}${latency.length === 0 && html`<tr><td colspan="6" class="dim">Nothing succeeded.</td></tr>`}</tbody></table></div>
<div class="scroll"><table class="edge errs"><thead><tr><th>error</th><th>first message</th><th class="r">count</th></tr></thead><tbody>${errors.map(
    (row) =>
      html`<tr><td class="nw">${outcomeTag(row.info >= row.fail ? 'info' : 'fail', row.code)}</td><td class="msg">${row.message}</td><td class="r">${count(row.info + row.fail)}</td></tr>`,
  )}${errors.length === 0 && html`<tr><td colspan="3" class="dim">No operation ended with an error.</td></tr>`}</tbody></table></div></div>`;
}
