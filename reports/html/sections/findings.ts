/** Findings: proof first, picture second, raw operations folded. */
import type { FindingView, OperationView, ProofPart, ReportView } from '../../view-model/index.ts';
import { counted } from '../../view-model/index.ts';
import { findingDrawing } from '../drawing/finding-drawing.ts';
import { html, type Markup } from '../markup.ts';
import { outcomeTag } from '../symbols.ts';
import { isolationFigure, isolationProof, isolationSummary, standingTag } from './isolation.ts';
import { linearizationStrip } from './linearization.ts';
import { secs } from './wording.ts';

/** Nothing for a run without findings. */
export function findingsSection(view: ReportView): Markup {
  if (view.findings.length === 0) return html``;
  return html`<section id="findings" aria-labelledby="h-f"><div class="sec"><h2 id="h-f">Findings</h2><span>most severe first</span></div>${isolationSummary(view)}${view.findings.map((finding, i) => card(finding, i))}</section>`;
}

function card(finding: FindingView, i: number): Markup {
  return html`<article class="card ${i === 0 && 'first'}" id="${finding.id}" tabindex="-1" aria-labelledby="${finding.id}-h">
<header><span class="num" aria-hidden="true">${i + 1}</span><h3 id="${finding.id}-h">${finding.title}</h3><div class="tags"><span class="tag bad">${finding.checker === 'linearizable' ? 'not linearizable' : finding.checker}</span>${finding.isolation !== null && standingTag(finding.isolation)}${finding.context !== null && html`<span class="tag flt">${finding.context}</span>`}${finding.key !== null && html`<span class="tag">${finding.key.includes(' and ') ? 'keys' : 'key'} ${finding.key}</span>`}${finding.others.length > 0 && html`<span class="tag">${counted(finding.others.length, 'more', 'more')}</span>`}</div></header>
${finding.isolation !== null && html`<p class="headline">${finding.sentence}</p>`}
<p class="mean">${finding.meaning} First at ${secs(finding.time)} s.</p>
<p class="formal mono">${finding.formal}</p>
${finding.isolation === null ? plainProof(finding) : isolationProof(finding)}
${finding.isolation === null ? plainFigure(finding, i + 1) : isolationFigure(finding, i + 1)}
${linearizationStrip(finding)}
<div class="folds">
${finding.drawing !== null && howToRead(finding)}
${finding.ops.length > 0 && html`<details><summary>Raw operations<span class="n">${counted(finding.ops.length, 'operation')}${finding.ops.length > (finding.drawing?.ops.length ?? 0) && `, ${finding.drawing?.ops.length ?? 0} of them drawn`}</span></summary><div class="fold-b full">${operationTable(finding.ops)}</div></details>`}
${finding.others.length > 0 && html`<details><summary>Others of this kind<span class="n">${finding.others.length}</span></summary><div class="fold-b"><ul>${finding.others.map((sentence) => html`<li>${sentence}</li>`)}</ul></div></details>`}
<details><summary>Certificate<span class="n mono">${finding.certificate.kind}</span></summary><div class="fold-b full"><p>An independent verifier has re-checked it against the history.</p><pre class="json">${finding.certificate.json}</pre></div></details>
</div>
</article>`;
}

function plainProof({ proof, sentence, thus }: FindingView): Markup {
  return html`<ol class="proof">${proof.map((clause) => html`<li>${clause.map(part)}</li>`)}${proof.length === 0 && html`<li>${sentence}</li>`}${thus !== '' && html`<li class="thus">${thus}</li>`}</ol>`;
}

function plainFigure({ drawing, id, linearization }: FindingView, number: number): Markup {
  if (drawing === null) return html``;
  return html`<div class="fig" tabindex="0" role="region" aria-label="Drawing of finding ${number}">${findingDrawing(drawing, id, linearization)}</div>`;
}

function part(text: ProofPart): Markup | string {
  if (typeof text === 'string') return text;
  return html`<button type="button" class="op ${text.outcome}" data-op="${text.op}">${text.words}</button>`;
}

function howToRead(finding: FindingView): Markup {
  const kinds = new Set(finding.drawing?.arrows.map((arrow) => arrow.kind));
  return html`<details><summary>How to read this</summary><div class="fold-b"><ul>
<li>A bar runs from the moment a client sent an operation to the moment it had the whole answer. The operation took effect somewhere inside its bar.</li>
${finding.isolation !== null && html`<li>A bar's slices are the transaction's reads and writes, in their order; those that the finding is about are filled. When each happened within the bar is not known.</li><li>An arrow leads from what must come first to what must come later. A circle of arrows has no order. Open a step to see the events that prove it.</li>`}
${kinds.has('time') && html`<li>The solid arrow is real time: its start was acknowledged before its end began.</li>`}
${kinds.has('value') && html`<li>The dashed arrow is what the returned value demands.${kinds.has('time') && ' Together they form a circle.'}</li>`}
<li>A striped bar open to the right has no answer. It may have taken effect at any later time, or never.</li>
${finding.linearization !== null && html`<li>The numbers in the bars are one legal order of all operations but the last: the longest that there is. The cross fits nowhere in it.</li>`}
${finding.drawing?.legal != null && html`<li>The bottom row lists every value that could be there under some legal order of the other operations drawn.</li>`}
<li>Moments stand in their true order; where they are close together, the distance between them is stretched so that they can be told apart.</li>
</ul></div></details>`;
}

/** Operations as a table: the same numbers as the drawing. */
export function operationTable(ops: readonly OperationView[]): Markup {
  return html`<table class="mono"><thead><tr><th class="r">index</th><th>process</th><th>node</th><th>key</th><th>operation</th><th>outcome</th><th class="r">invoked s</th><th class="r">completed s</th></tr></thead><tbody>${ops.map(
    (op) =>
      html`<tr><td class="r">${op.index}</td><td>${op.process}</td><td>${op.node ?? ''}</td><td>${op.key ?? ''}</td><td>${op.words}</td><td>${outcomeTag(op.outcome)}</td><td class="r">${(op.start / 1e9).toFixed(6)}</td><td class="r">${op.end === null ? 'none' : (op.end / 1e9).toFixed(6)}</td></tr>`,
  )}</tbody></table>`;
}
