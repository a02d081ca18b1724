/** Findings of isolation: steps that open to their evidence, the cycle beside lanes, proofs by cases in two columns; and all anomalies by class. */
import {
  type AnomalyClusterView,
  type BranchView,
  count,
  type DependencyView,
  type EvidenceView,
  type FindingView,
  type IsolationView,
  type ReportView,
} from '../../view-model/index.ts';
import { cycleDrawing } from '../drawing/cycle-drawing.ts';
import { legend } from '../drawing/dependency-kinds.ts';
import { transactionLanes } from '../drawing/transaction-lanes.ts';
import { html, type Markup } from '../markup.ts';
import { icon } from '../symbols.ts';

/** Proved from the history, or resting on something that it cannot show. */
export function standingTag({ standing }: IsolationView): Markup {
  return standing === 'proved'
    ? html`<span class="tag good">${icon('i-yes')}proved</span>`
    : html`<span class="tag unk">${icon('i-q')}rests on an assumption</span>`;
}

/** Who comes before whom, each step with its evidence; then what follows. */
export function isolationProof({ isolation, thus }: FindingView): Markup {
  if (isolation === null) return html``;
  const { dependencies, basis, choice } = isolation;
  return html`${dependencies.length > 0 && html`<ol class="proof steps">${dependencies.map((step) => stepOf(step, isolation))}${thus !== '' && html`<li class="thus">${thus}</li>`}</ol>`}
${choice !== null && html`<div class="cases">${choice.settled.length > 0 && html`<div class="settled"><h4>Settled first</h4>${choice.settled.map((branch) => branchOf(branch, 'cannot be'))}</div>`}<div class="two-c">${branchOf(choice.either, 'either')}${branchOf(choice.or, 'or')}</div></div>`}
<p class="basis ${isolation.standing}">${basis}</p>`;
}

function stepOf(step: DependencyView, { transactions }: IsolationView): Markup {
  const name = (index: number): string => transactions.find(({ operation }) => operation.index === index)?.name ?? `T${index}`;
  const { kind, label, words, rule, evidence } = step;
  return html`<li><details><summary><b class="nw">${name(step.from)}${step.from !== step.to && ` → ${name(step.to)}`}</b>${kind !== 'finding' && html`<span class="k k-${kind}">${label}</span>`}<span class="w">${words}</span></summary><div class="ev">${rule !== '' && html`<p>${rule}</p>`}${evidenceTable(evidence)}</div></details></li>`;
}

function evidenceTable(evidence: readonly EvidenceView[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th></th><th>evidence</th><th class="r">event</th><th>process</th><th class="r">time</th></tr></thead><tbody>${evidence.map(
    (one) =>
      html`<tr><td><button type="button" class="op" data-op="${one.op}">${one.name}</button></td><td>${one.words}</td><td class="r mono">${one.event}</td><td class="nw">${one.process}${one.node !== null && ` on ${one.node}`}</td><td class="r nw">${(one.time / 1e9).toFixed(6)} s</td></tr>`,
  )}</tbody></table></div>`;
}

function branchOf({ assumption, steps }: BranchView, word: string): Markup {
  return html`<div class="case"><h5><span class="tag">${word}</span> ${assumption}:</h5><ol>${steps.map((step) => html`<li>${step}</li>`)}</ol><p class="so">A circle: it cannot be.</p></div>`;
}

/** The cycle beside the lanes, or the lanes alone. */
export function isolationFigure(finding: FindingView, number: number): Markup {
  const { isolation, drawing, id } = finding;
  if (isolation === null || drawing === null) return html``;
  const cycle = cycleDrawing(isolation, id);
  const lanes = transactionLanes(isolation, drawing, id, cycle === null ? 'alone' : 'beside');
  const kinds = isolation.dependencies.map(({ kind }) => kind);
  return html`<div class="iso ${cycle !== null && 'pair'}">${cycle !== null && html`<div class="iso-c">${cycle}</div>`}<div class="fig" tabindex="0" role="region" aria-label="Drawing of finding ${number}">${lanes}</div></div>${kinds.length > 0 && legend(kinds)}`;
}

/** All anomalies by class, key and fault window, and what holds all the same. Nothing where no check was about transactions. */
export function isolationSummary({ isolation }: ReportView): Markup {
  if (isolation === null) return html``;
  const { asked, refuted, mayHold, clusters, open } = isolation;
  return html`<div class="panel levels"><dl class="lv"><div><dt>Asked</dt><dd>${asked.join(', ')}</dd></div><div><dt>Cannot hold</dt><dd>${refuted.length === 0 ? 'nothing is refuted' : `${refuted.join(', ')}, and what implies them`}</dd></div><div><dt>Strongest not refuted</dt><dd><b>${mayHold.join(', ') || 'none'}</b></dd></div></dl>
${clusters.length > 0 && html`<div class="scroll"><table class="edge"><thead><tr><th>anomaly</th><th class="r">found</th><th>keys</th><th>during</th></tr></thead><tbody>${clusters.map(clusterRow)}</tbody></table></div>`}
${open.length > 0 && html`<ul class="open">${open.map(({ exhausted, message }) => html`<li><span class="tag unk">${icon('i-q')}${exhausted ? 'budget exhausted' : 'not decided'}</span> ${message}</li>`)}</ul>`}</div>`;
}

function clusterRow({ type, title, count: all, told, keys, windows, outside }: AnomalyClusterView): Markup {
  const chips = keys.slice(0, 6).map(({ key, count: n }) => html`<span class="tag">${key}${n > 1 && ` ×${n}`}</span> `);
  const during = windows.map(({ id, count: n }) => html`<a class="chip" href="#timeline" data-range="w-${id}">${id}${n > 1 && ` ×${n}`}</a> `);
  const rest = windows.length === 0 ? html`<span class="dim">no fault window</span>` : outside > 0 && html`<span class="dim">outside: ${outside}</span>`;
  return html`<tr><td><b>${title}</b><br><span class="dim mono">${type}</span></td><td class="r">${count(all)}${all > told && html`<br><span class="dim">${told} looked at</span>`}</td><td>${chips}${keys.length > 6 && html`<span class="dim">${keys.length - 6} more</span>`}</td><td>${during}${rest}</td></tr>`;
}
