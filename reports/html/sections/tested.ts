/** "Did this test test anything?": conditions, operations, checks, faults with their proof, writes inside them. */
import { count, counted, type FaultView, type ReportView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { icon } from '../symbols.ts';
import { percent, secs, tenths } from './wording.ts';

/** Beyond so many, faults are folded. */
const FAULT_ROWS = 10;
const WRITE_ROWS = 16;

export function testedSection(view: ReportView): Markup {
  const { tested } = view;
  const yes = tested.conditions.every(({ met }) => met) && tested.gaps.length === 0;
  return html`<section id="tested" aria-labelledby="h-t"><div class="panel">
<div class="cov-top ${yes && 'yes'}"><div class="say"><h2 class="big" id="h-t">${icon(yes ? 'v-valid' : 'v-unknown')}${tested.heading}</h2><p>${tested.explanation}</p></div>
<ul class="score" aria-label="Conditions">${tested.conditions.map(({ name, met }) => html`<li class="${!met && 'b'}" title="${name}">${icon(met ? 'i-yes' : 'i-q')}<span class="vh">${name}: ${met ? 'met' : 'not met'}</span></li>`)}</ul></div>
<div class="cov">
${operationsCell(view)}
${contentionCell(view)}
${checksCell(view)}
${faultsCell(view)}
${writesCell(view)}
</div></div></section>`;
}

const mark = (met: boolean, good = 'met', gap = 'gap'): Markup =>
  html`<span class="tag ${met ? 'good' : 'unk'}">${icon(met ? 'i-yes' : 'i-q')}${met ? good : gap}</span>`;

/** The mark of the conditions whose names begin so; none where no check judged them. */
function judged(view: ReportView, ...names: readonly string[]): Markup | null {
  const conditions = view.tested.conditions.filter((condition) => names.some((name) => condition.name.startsWith(name)));
  return conditions.length === 0 ? null : mark(conditions.every(({ met }) => met));
}

/** A bar as SVG: its length is an attribute, so that the page needs no inline style. */
function meter(share: number, className: string): Markup {
  return html`<svg class="meter" width="100%" height="8" aria-hidden="true"><rect width="100%" height="8" rx="2" class="f-sunken"/><rect width="${(Math.max(0, Math.min(1, share)) * 100).toFixed(1)}%" height="8" rx="2" class="${className}"/></svg>`;
}

function operationsCell(view: ReportView): Markup {
  const { byF } = view.tested;
  const most = Math.max(1, ...byF.map(({ ok }) => ok));
  return html`<div class="cell"><h3>ok operations by kind${judged(view, 'enough', 'every kind')}</h3><div class="hb">${byF.map(
    (row) => html`<span>${row.f}</span>${meter(row.ok / most, 'f-ok')}<span>${count(row.ok)}</span>`,
  )}</div>${byF.length === 0 && html`<p>They were not counted.</p>`}<p>${byF
    .filter((row) => row.refused > 0)
    .map((row) => `${count(row.refused)} ${row.f} were refused by their condition, which counts as an observation. `)
    .join('')}${count(view.verdict.counts.info)} without a known outcome, ${count(view.verdict.counts.fail)} failed.</p></div>`;
}

function contentionCell(view: ReportView): Markup {
  const { contention } = view.tested;
  if (contention === null)
    return html`<div class="cell"><h3>Operations</h3><div class="v">${count(view.verdict.counts.invoked)} <small>invoked</small></div><p>Contention was not measured.</p></div>`;
  return html`<div class="cell"><h3>Contended keys${judged(view, 'keys')}</h3><div class="v">${count(contention.contended)} of ${count(contention.keys)} <small>keys with ≥ 2 processes at once</small></div><div class="hb gap"><span>operations on them</span>${meter(contention.share, 'f-ok')}<span>${percent(contention.share)}</span></div></div>`;
}

function checksCell(view: ReportView): Markup {
  const icons = { valid: 'i-yes', invalid: 'i-no', unknown: 'i-q' } as const;
  return html`<div class="cell"><h3>Checks${judged(view, 'every check')}</h3><ul class="checks">${view.checks.map(
    (check) =>
      html`<li class="${check.verdict}">${icon(icons[check.verdict])}<div><b>${check.name}</b> ${check.verdict === 'invalid' ? counted(check.anomalies, 'finding') : check.verdict}${check.looked !== '' && html`<small>${check.looked}</small>`}${check.mayHold !== '' && html`<small>${check.mayHold}</small>`}${check.undecided.map((reason) => html`<small>${reason.message}</small>`)}</div></li>`,
  )}</ul></div>`;
}

function faultsCell(view: ReportView): Markup {
  const { faults } = view.timeline;
  const proven = faults.filter((fault) => fault.proven).length;
  const rows = faults.map(faultRow);
  const head = html`<thead><tr><th>fault</th><th>window</th><th>seen by an independent probe</th><th></th></tr></thead>`;
  return html`<div class="cell w2 top"><h3>Faults proven to bite${faults.length === 0 ? html`<span class="tag">none injected</span>` : mark(proven === faults.length, `${proven} of ${faults.length}`, `${proven} of ${faults.length}`)}</h3>${
    faults.length === 0
      ? html`<p>Nothing here speaks about faults.</p>`
      : html`<div class="scroll"><table class="bites">${head}<tbody>${rows.slice(0, FAULT_ROWS)}</tbody></table></div>${rows.length > FAULT_ROWS && html`<details class="in"><summary>${rows.length - FAULT_ROWS} more</summary><div class="scroll"><table class="bites">${head}<tbody>${rows.slice(FAULT_ROWS)}</tbody></table></div></details>`}`
  }</div>`;
}

function faultRow(fault: FaultView): Markup {
  return html`<tr class="${!fault.proven && 'badrow'}"><td><b>${fault.id}</b>${fault.times > 1 && ` ×${fault.times}`}<br><span class="dim">${fault.effect}</span></td><td class="nw">${tenths(fault.start)} to ${tenths(fault.end)} s</td><td>${fault.evidence}${!fault.healed && html`<br><b class="unk">its healing was not verified</b>`}</td><td class="r">${mark(fault.proven, 'proven', 'not proven')}</td></tr>`;
}

function writesCell(view: ReportView): Markup {
  const faults = view.timeline.faults.filter((fault) => fault.writesAcked !== null);
  const most = Math.max(1, ...faults.map((fault) => fault.writesAcked ?? 0));
  if (faults.length === 0) return html`<div class="cell top"><h3>Acknowledged writes per window</h3><p>No fault window was measured.</p></div>`;
  const rows = faults.map(
    (fault) =>
      html`<span>${fault.id}</span>${meter((fault.writesAcked ?? 0) / most, fault.proven ? 'f-ok' : 'hollow')}<span title="${secs(fault.start)} s">${count(fault.writesAcked ?? 0)}${fault.leavesMajority === false && html`<small> no majority</small>`}</span>`,
  );
  return html`<div class="cell top"><h3>Acknowledged writes per window${judged(view, 'writes')}</h3><div class="hb">${rows.slice(0, WRITE_ROWS)}</div>${rows.length > WRITE_ROWS && html`<details class="in"><summary>${rows.length - WRITE_ROWS} more</summary><div class="hb">${rows.slice(WRITE_ROWS)}</div></details>`}<p>Begun and acknowledged inside the window. Where no majority was left, none is expected.${faults.some((fault) => !fault.proven) && ' Hollow: its fault is not proven.'}</p></div>`;
}
