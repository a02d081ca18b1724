/** A cycle drawn: transactions as cards, what orders them as arrows between. */
import type { DependencyView, IsolationView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { type Card, CYCLE_WIDTH, type CycleLayout, curve, cycleLayout, lineY } from './cycle-layout.ts';
import { headOf, lineOf, pill } from './dependency-kinds.ts';

/** Characters that a card has room for. */
const CHARS = 22;
/** More transactions are told on lanes alone. */
const MOST = 8;

/** Null for what is no cycle, and for cycles too long to be read as a ring. */
export function cycleDrawing(view: IsolationView, id: string): Markup | null {
  if (!view.cyclic || view.transactions.length > MOST || view.transactions.length < 2) return null;
  const layout = cycleLayout(view);
  const names = new Map(layout.cards.map(({ op, name }) => [op, name]));
  const said = view.dependencies.map(({ from, to, label }) => `${names.get(from)} to ${names.get(to)}: ${label}`).join('; ');
  return html`<svg class="cyc" viewBox="0 0 ${CYCLE_WIDTH} ${layout.height}" role="img" aria-labelledby="${id}-c"><title id="${id}-c">Cycle: ${said}.</title>
${view.dependencies.map((step) => arrow(step, layout).line)}
${layout.cards.map((card) => cardOf(card))}
${view.dependencies.map((step) => arrow(step, layout).name)}
</svg>`;
}

function arrow(step: DependencyView, { cards }: CycleLayout): { readonly line: Markup | null; readonly name: Markup | null } {
  const [from, to] = [cards.find(({ op }) => op === step.from), cards.find(({ op }) => op === step.to)];
  if (from === undefined || to === undefined || from === to) return { line: null, name: null };
  const { path, middle } = curve(from, to, cards.length === 2 ? 104 : 26);
  return {
    line: html`<path class="${lineOf(step.kind)}" d="${path}" marker-end="${headOf(step.kind)}"><title>${step.words}</title></path>`,
    name: pill(step.label, step.kind, middle.x, middle.y),
  };
}

function cardOf(card: Card): Markup {
  const { x, y, width, height, name, op, process, lines } = card;
  return html`<g data-op="${op}"><rect class="ring" x="${x - 4}" y="${y - 4}" width="${width + 8}" height="${height + 8}" rx="9"/><rect class="t-card bar-r" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/><text class="s-l" x="${x + 10}" y="${y + 18}">${name}</text><text class="s-t" x="${x + width - 10}" y="${y + 18}" text-anchor="end">process ${process}</text>${lines.map(
    (line, i) =>
      html`${line.lit && html`<rect class="t-lit" x="${x + 6}" y="${lineY(card, i) - 12}" width="${width - 12}" height="16" rx="3"/>`}<text class="${line.lit ? 's-m' : 's-m faint'}" x="${x + 10}" y="${lineY(card, i)}">${line.words.length > CHARS && html`<title>${line.words}</title>`}${clip(line.words)}</text>`,
  )}</g>`;
}

const clip = (text: string): string => (text.length <= CHARS ? text : `${text.slice(0, CHARS - 1)}…`);
