/** How far the operations of a finding can be put in order: each with the state after it, then why each state refuses the last. */
import { counted, type FindingView, type LinearizationView, type OperationView, type PlacedView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';

/** Steps shown; of a longer order the last. */
const STEPS = 12;

/** Nothing for a finding without an order. */
export function linearizationStrip({ linearization, ops, id }: FindingView): Markup {
  if (linearization === null) return html``;
  const { placed, failing, considered, key, init, unplaced } = linearization;
  const hidden = Math.max(0, placed.length - STEPS);
  const shown = placed.slice(hidden);
  const start = hidden === 0 ? (init ?? 'anything') : placed[hidden - 1]!.state;
  const enough = `${counted(placed.length + unplaced.length + 1, 'operation')} of ${considered}${key === null ? '' : ` on key ${key}`} show it`;
  return html`<div class="order" role="group" aria-labelledby="${id}-o"><h4 id="${id}-o">The longest order that can be had <span class="dim">${enough}</span></h4>
<ol><li class="from"><span class="state" title="the state ${hidden === 0 ? 'at first' : `after ${hidden}`}">${start}</span>${hidden > 0 && html`<span class="dim">after ${counted(hidden, 'more operation')}</span>`}</li>${shown.map((op, i) => step(op, hidden + i, i === 0 ? start : shown[i - 1]!.state, linearization, ops))}<li class="not" data-said="${failing.words} ${saidOf(linearization)}"><span class="nth" aria-hidden="true">✗</span>${chip(failing, ops)}<span class="vh">cannot be placed</span></li></ol>
<p class="said" aria-live="polite" data-rest="Point at an operation, or step with ← and →, to see the state before and after it.">Point at an operation, or step with ← and →, to see the state before and after it.</p>
<ul>${linearization.refusals.map(({ state, why }) => html`<li>In state <span class="state">${state}</span> ${why}.</li>`)}</ul></div>`;
}

function step(op: PlacedView, i: number, before: string, { settled }: LinearizationView, ops: readonly OperationView[]): Markup {
  const must = i + 1 === settled ? html`<span class="must" title="all up to here had returned before the last operation began"></span>` : '';
  return html`<li data-said="${i + 1}: ${op.words} takes ${before} to ${op.state}"><span class="nth" aria-hidden="true">${i + 1}</span>${chip(op, ops)}<span class="state" title="the state after it">${op.state}</span>${must}</li>`;
}

function chip(op: Omit<PlacedView, 'state'>, ops: readonly OperationView[]): Markup {
  const outcome = ops.find(({ index }) => index === op.op)?.outcome ?? (op.answered ? 'ok' : 'info');
  return html`<button type="button" class="op ${outcome}" data-op="${op.op}">${op.words}</button>`;
}

function saidOf({ refusals }: LinearizationView): string {
  return refusals.length === 0 ? 'fits nowhere' : `fits nowhere: ${refusals.map(({ why }) => why).join('; ')}`;
}
