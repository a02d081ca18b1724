/** Time and text on the timeline. x is in percent of the track, so that a page of any width needs no script to draw. */
import { html, type Markup } from '../markup.ts';

/** Track widths in px for which labels are chosen: a desk and a phone. */
const WIDE = 900;
const NARROW = 320;

export interface Scale {
  readonly start: number;
  readonly end: number;
  /** Percent. */
  x(time: number): number;
}

export function scaleOf(start: number, end: number): Scale {
  return { start, end, x: (time) => (100 * (Math.max(start, Math.min(end, time)) - start)) / (end - start) };
}

/** A percentage as an attribute. */
export const pct = (value: number): string => `${Math.round(value * 1000) / 1000}%`;

/** Which screens have room for a text of so many px, when it may take so many percent: a class, or nothing at all. */
export function fitClass(widthPx: number, roomPercent: number): 'fit' | 'fit-w' | undefined {
  if (widthPx <= (roomPercent / 100) * NARROW) return 'fit';
  return widthPx <= (roomPercent / 100) * WIDE ? 'fit-w' : undefined;
}

/** A text at a percentage, moved by px: SVG knows no sum of both. */
export function label(x: number, dx: number, y: number, text: string, className: string, anchor: 'start' | 'middle' | 'end' = 'start'): Markup {
  return html`<svg x="${pct(x)}" class="o-v"><text x="${dx}" y="${y}" class="${className}" text-anchor="${anchor}">${text}</text></svg>`;
}

/** Round moments inside the range: about seven, two of three of them for wide screens only. */
export function ticksOf({ start, end }: Scale): readonly { readonly time: number; readonly text: string; readonly wideOnly: boolean }[] {
  const wanted = (end - start) / 7;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= wanted) ?? wanted;
  const decimals = Math.max(0, 9 - Math.floor(Math.log10(step) + 1e-9));
  const ticks: { time: number; text: string; wideOnly: boolean }[] = [];
  for (let i = Math.ceil(start / step); i * step <= end; i++)
    ticks.push({ time: i * step, text: `${((i * step) / 1e9).toFixed(decimals)} s`, wideOnly: ticks.length % 3 !== 0 });
  return ticks;
}
