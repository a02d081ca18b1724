/** How kinds of dependencies look: a colour, a dash and a word each. */
import type { DependencyKind } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';

const MEANINGS: Readonly<Record<DependencyKind, string>> = {
  ww: 'ww: overwrote, or appended behind',
  wr: 'wr: read what it wrote',
  rw: 'rw: missed what it wrote',
  realtime: 'real time: acknowledged before it began',
  process: 'process: did one after the other',
  finding: 'what is wrong',
};

/** The line of a dependency, without its path. */
export const lineOf = (kind: DependencyKind): string => `e e-${kind}`;

export const headOf = (kind: DependencyKind): string => `url(#ah-${kind})`;

/** The kinds that are there, each with its line. */
export function legend(kinds: readonly DependencyKind[]): Markup {
  const present = (Object.keys(MEANINGS) as DependencyKind[]).filter((kind) => kinds.includes(kind));
  return html`<ul class="e-key" aria-label="Legend">${present.map(
    (kind) =>
      html`<li><svg viewBox="0 0 34 10" width="34" height="10" aria-hidden="true"><path class="${lineOf(kind)}" d="M1 5H29" marker-end="${headOf(kind)}"/></svg>${MEANINGS[kind]}</li>`,
  )}</ul>`;
}

/** The name of a dependency on its line: text on a rounded ground. */
export function pill(text: string, kind: DependencyKind, x: number, y: number): Markup {
  const shown = text.length > PILL_CHARS ? `${text.slice(0, PILL_CHARS - 1)}…` : text;
  const width = shown.length * CHAR + 16;
  return html`<g class="pill p-${kind}"><title>${text}</title><rect x="${(x - width / 2).toFixed(1)}" y="${(y - 10).toFixed(1)}" width="${width.toFixed(1)}" height="20" rx="10"/><text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" text-anchor="middle">${shown}</text></g>`;
}

const PILL_CHARS = 30;
const CHAR = 6.5;

/** How wide a pill is. */
export function pillWidth(text: string): number {
  return Math.min(PILL_CHARS, text.length) * CHAR + 16;
}
