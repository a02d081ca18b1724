/** How to see it again, where it ran, what the nodes said. */
import type { LogLineView, ReportView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { icon } from '../symbols.ts';
import { secs, tenths } from './wording.ts';

export function reproduceAndEnvironment(view: ReportView): Markup {
  const { environment } = view;
  const able = environment.capabilities.filter(({ ok }) => ok).length;
  return html`<section class="two">
<div class="panel" id="repro"><div class="head"><h2>Reproduce</h2><span class="sub">${view.reproduce.some(({ command }) => command.includes(' replay ')) ? 'the simulator repeats it to the byte' : 'a real cluster reproduces with a rate'}</span></div><div class="pad">${view.reproduce.map(
    ({ label, command }) =>
      html`<span class="lab">${label}</span><div class="cmd"><code>${words(command)}</code><button class="btn" type="button" data-copy="${command}">Copy</button></div>`,
  )}</div></div>
<div class="panel" id="env"><div class="head"><h2>Environment</h2></div><dl class="env pad">${environment.facts.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<div class="folds">
<details><summary>Phases<span class="n">${environment.phases.length}</span></summary><div class="fold-b full"><table><thead><tr><th>phase</th><th class="r">from s</th><th class="r">to s</th></tr></thead><tbody>${environment.phases.map((phase) => html`<tr><td>${phase.name}</td><td class="r">${secs(phase.start)}</td><td class="r">${secs(phase.end)}</td></tr>`)}</tbody></table></div></details>
<details><summary>Capabilities<span class="n">${able} of ${environment.capabilities.length}</span></summary><div class="fold-b full"><table><thead><tr><th>capability</th><th></th><th>found</th></tr></thead><tbody>${environment.capabilities.map(
    ({ name, ok, found }) =>
      html`<tr><td class="mono nw">${name}</td><td><span class="tag ${ok ? 'good' : 'unk'}">${icon(ok ? 'i-yes' : 'i-no')}${ok ? 'yes' : 'no'}</span></td><td>${found}</td></tr>`,
  )}</tbody></table></div></details>
<details><summary>Configuration as resolved</summary><div class="fold-b full"><pre class="json">${environment.configuration}</pre></div></details>
</div></div>
</section>`;
}

/** A command breaks between its words only. */
function words(command: string): Markup {
  return html`${command.split(/ (?=--)/).map((word, i) => html`${i > 0 && ' '}<span class="nw-w">${word}</span>`)}`;
}

export function logsSection(view: ReportView): Markup {
  const { near, tails } = view.logs;
  const number = near === null ? '' : view.findings.findIndex(({ id }) => id === near.finding) + 1;
  return html`<section id="logs" class="panel" aria-labelledby="h-lg"><div class="head"><h2 id="h-lg">Node logs</h2><span class="sub">${near === null ? 'the last lines of each' : `near finding ${number}, ${tenths(near.from)} to ${tenths(near.to)} s`}</span></div>
<div class="pad">${
    near !== null &&
    (near.lines.length === 0
      ? html`<p class="dim">No node logged anything with a time within 0.3 s of it.</p>`
      : html`<ol class="logs">${withMark(near.lines, view.findings.find(({ id }) => id === near.finding)?.time ?? 0, Number(number))}</ol>`)
  }${tails.length === 0 && html`<p class="dim">The nodes left no logs.</p>`}</div>
${
  tails.length > 0 &&
  html`<div class="folds">${tails.map(
    (tail) =>
      html`<details><summary>${tail.node}, ${tail.file}<span class="n">last ${tail.lines.length} lines${tail.leftOut !== 0 && `, ${tail.leftOut} before them`}</span></summary><div class="fold-b full"><ol class="logs">${tail.lines.map(line)}</ol></div></details>`,
  )}</div>`
}
</section>`;
}

/** The moment of the finding among the lines. */
function withMark(lines: readonly LogLineView[], time: number, number: number): Markup[] {
  const here = html`<li class="here"><time>${secs(time)}</time><span class="n"></span><span>finding ${number}: the operation that cannot be explained begins</span></li>`;
  const after = lines.findIndex((one) => one.time !== null && one.time > time);
  const at = after < 0 ? lines.length : after;
  return [...lines.slice(0, at).map(line), here, ...lines.slice(at).map(line)];
}

function line(one: LogLineView): Markup {
  return html`<li class="${one.alarming && 'w'}"><time>${one.time === null ? '' : secs(one.time)}</time><span class="n">${one.node}</span><span>${one.text}</span></li>`;
}
