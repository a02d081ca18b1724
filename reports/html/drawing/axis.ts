/** What all drawings with lanes have behind and below them: fault windows, moments and their times. */
import type { DrawingView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import type { FindingLayout } from './finding-layout.ts';

/** Width of a character of the proportional labels. */
export const SANS = 6.3;

/** A coordinate, to a tenth. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Fault windows behind the lanes, named where there is room. */
export function bands(drawing: DrawingView, layout: FindingLayout, floor: number): Markup[] {
  const { edge, lanes } = layout.frame;
  return drawing.windows.map((window, i) => {
    const left = layout.xAt(window.start);
    const right = Math.max(left + 2, layout.xAt(window.end));
    const begins = left > lanes;
    const next = drawing.windows[i + 1];
    const room = Math.floor(((next === undefined ? edge : layout.xAt(next.start)) - left - 14) / SANS);
    const text = [`${window.id}: ${window.text}`, window.id].find((candidate) => candidate.length <= room);
    return html`<rect x="${at(left)}" y="32" width="${at(right - left)}" height="${floor - 32}" fill="url(#hz-cut)"/>${begins && html`<path d="M${at(left)} 32v${floor - 32}" class="k-fault" stroke-width="1.5"/>`}${
      text !== undefined && html`<text class="s-f halo" x="${at(left + (begins ? 8 : 0))}" y="24">${text}</text>`
    }`;
  });
}

/** A line for each moment. */
export function grid(layout: FindingLayout, floor: number): Markup {
  return html`<g class="s-grid">${layout.moments.map((moment) => html`<path d="M${at(moment.x)} 32V${floor}" opacity=".6"/>`)}</g>`;
}

/** Times of moments, as many as have room. */
export function ticks(layout: FindingLayout, y: number): Markup {
  const times = layout.moments.map((moment) => moment.time);
  let decimals = 3;
  while (decimals < 6 && new Set(times.map((time) => (time / 1e9).toFixed(decimals))).size < new Set(times).size) decimals++;
  const room = (decimals + 5) * SANS;
  let last = Number.NEGATIVE_INFINITY;
  return html`<g class="s-t" text-anchor="middle">${layout.moments.map((moment) => {
    if (moment.x - last < room) return null;
    last = moment.x;
    return html`<text x="${at(moment.x)}" y="${y}">${(moment.time / 1e9).toFixed(decimals)} s</text>`;
  })}</g>`;
}
