/** The first screen: verdict bar, the one sentence, what it means, the way to the rest. */
import { count, type ReportView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { icon, outcomeTag, VERDICT_WORDS } from '../symbols.ts';
import { tenths } from './wording.ts';

export function verdictBar(view: ReportView): Markup {
  const { verdict } = view;
  return html`<header class="bar ${verdict.word}" id="top"><div class="wrap">
<div class="bar-1">
<p class="verdict ${verdict.word}" role="status">${icon(`v-${verdict.word}`)}${VERDICT_WORDS[verdict.word]}</p>
<h1 class="scen">${view.scenario.map((part, i) => html`${i > 0 && html`<span class="dot">·</span>`}${part}`)}</h1>
<div class="acts">
<button class="btn pri" type="button" data-copy="repro">Copy repro<kbd>r</kbd></button>
<button class="btn opt" type="button" data-copy="summary">Copy summary</button>
${view.findings.length > 0 && html`<button class="btn opt" type="button" data-download>Download witness</button>`}
<button class="btn sq" type="button" id="theme" aria-label="Switch between light and dark" title="Light or dark (d)"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 1.8a6.2 6.2 0 010 12.4z" fill="currentColor"/></svg></button>
</div>
</div>
<dl class="facts">${facts(view)}</dl>
</div></header>`;
}

function facts(view: ReportView): Markup {
  const { counts, faults, faultsProven, duration } = view.verdict;
  return html`<div><dt class="vh">Operations</dt><dd>${outcomeTag('ok', `${count(counts.ok)} ok`)}${outcomeTag('info', `${count(counts.info)} info`)}${outcomeTag('fail', `${count(counts.fail)} fail`)}</dd></div>
<div><dt>Faults proven</dt><dd>${faults === 0 ? 'none injected' : `${faultsProven} of ${faults}`}</dd></div>
<div><dt>Seed</dt><dd class="mono">${view.seed}</dd></div>
<div><dt>Duration</dt><dd>${tenths(duration)} s</dd></div>
<div><dt>ordeal</dt><dd>${view.ordeal}</dd></div>`;
}

export function hero(view: ReportView): Markup {
  const { verdict, findings } = view;
  return html`<div class="wrap"><div class="hero">
<p class="scen-m">${view.scenario.join(' · ')}</p>
${verdict.outsideClaims.length > 0 && html`<div class="why" role="group" aria-label="Outside what the system claims"><h2>Outside what the system claims</h2><ul>${verdict.outsideClaims.map((what) => html`<li><p>${what}</p></li>`)}</ul></div>`}
<p class="say">${emphasised(verdict.sentence)}</p>
<p class="more">${verdict.more}</p>
${verdict.reasons.length > 0 && reasonList(view)}
<dl class="facts facts-m">${facts(view)}</dl>
<nav class="toc" aria-label="Sections">${findings.length > 0 && html`<a href="#findings">Findings<b>${findings.length}</b></a>`}<a href="#tested">Did it test anything?<b>${view.tested.conditions.filter(({ met }) => met).length}/${view.tested.conditions.length}</b></a><a href="#timeline">Timeline</a><a href="#availability">Availability</a><a href="#history">History</a><a href="#repro">Reproduce</a><a href="#env">Environment</a><a href="#logs">Logs</a></nav>
</div></div>`;
}

/** Times of the run and values are what one looks for in a sentence. */
function emphasised(sentence: string): Markup {
  return html`${sentence.split(/(\b\d+\.\d{3} s\b)/).map((part, i) => (i % 2 === 1 ? html`<b>${part}</b>` : part))}`;
}

function reasonList(view: ReportView): Markup {
  const { word, reasons, sentence } = view.verdict;
  const shown = reasons.filter((reason) => reason.message !== sentence || reason.remedy !== null);
  if (shown.length === 0) return html``;
  const heading = word === 'invalid' ? 'Besides' : word === 'valid' ? 'Notices' : shown.length === 1 ? 'Why' : `Why: ${shown.length} reasons`;
  return html`<div class="why" role="group" aria-label="${heading}"><h2>${heading}</h2><ul>${shown.map(
    (reason) =>
      html`<li><p>${reason.message}</p>${reason.remedy !== null && html`<p class="remedy">${reason.remedy}</p>`}<code>${reason.checker !== null && `${reason.checker}: `}${reason.code}</code></li>`,
  )}</ul></div>`;
}
