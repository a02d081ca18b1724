/** A finding drawn: operations on the lanes of their processes, the contradiction in words on its arrows. */
import type { ArrowView, DrawingView, LegalRow, LinearizationView, OperationView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { at, bands, grid, SANS, ticks } from './axis.ts';
import { type FindingLayout, layoutOf, WIDE } from './finding-layout.ts';

const { width: WIDTH, edge: EDGE, lanes: LANES_LEFT } = WIDE;

const BAR = 20;
/** Width of a character of the monospaced labels, and of the bold ones. */
const MONO = 7.3;
const BOLD = 6.9;

/** The drawing as SVG, with its sentence for those who do not see it. Bars carry their places in `order`, where there is one. */
export function findingDrawing(drawing: DrawingView, id: string, order: LinearizationView | null = null): Markup {
  const layout = layoutOf(drawing);
  const legalTop = layout.bottom;
  const height = legalTop + (drawing.legal === null ? 0 : 56) + 34;
  const floor = height - 34;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-t"><title id="${id}-t">${drawing.alt}</title>
${bands(drawing, layout, floor)}
${grid(layout, floor)}
${layout.lanes.map(
  (lane) =>
    html`<path class="s-lane" d="M${LANES_LEFT} ${lane.y}H${EDGE}"/><text class="s-l" x="14" y="${lane.y - 2}">process ${lane.process}</text><text class="s-t" x="14" y="${lane.y + 13}">${lane.node}</text>`,
)}
${drawing.ops.map((op) => bar(op, drawing, layout, order))}
${drawing.arrows.map((arrow) => arrowOf(arrow, drawing, layout))}
${drawing.legal === null ? null : legalRow(drawing.legal, drawing, layout, legalTop)}
${ticks(layout, height - 12)}
</svg>`;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

function boxOf(op: OperationView, layout: FindingLayout): Box {
  const y = layout.lanes.find((lane) => lane.process === op.process)?.y ?? 0;
  const left = layout.xOf({ event: op.index, time: op.start });
  const right = op.end === null || op.complete === null ? EDGE : layout.xOf({ event: op.complete, time: op.end });
  return { left, right: Math.max(left + 6, right), y };
}

function bar(op: OperationView, drawing: DrawingView, layout: FindingLayout, order: LinearizationView | null): Markup {
  const { left, right, y } = boxOf(op, layout);
  const top = y - BAR / 2;
  const hit = drawing.hits.includes(op.index);
  const width = right - left;
  const shape =
    op.outcome === 'info'
      ? html`<path class="bar-r b-info" d="M${at(right)} ${top}H${at(left + 3.5)}a3.5 3.5 0 0 0-3.5 3.5v${BAR - 7}a3.5 3.5 0 0 0 3.5 3.5H${at(right)}"/>`
      : op.outcome === 'fail'
        ? html`<rect class="bar-r b-fail" x="${at(left)}" y="${top}" width="${at(width)}" height="${BAR}" rx="4"/><path class="k-fail" stroke-width="2" d="M${at(left + width / 2 - 4)} ${y - 4}l8 8m0-8l-8 8"/>`
        : html`<rect class="bar-r ${hit ? 'b-hit' : 'b-ok'}" x="${at(left)}" y="${top}" width="${at(width)}" height="${BAR}" rx="4"/>`;
  return html`<g data-op="${op.index}"><rect class="ring" x="${at(left - 4)}" y="${top - 4}" width="${at(width + 8)}" height="${BAR + 8}" rx="7"/>${shape}${order && placeOf(op, order, left, y)}${label(op, drawing, layout)}</g>`;
}

/** Its number in the order, and the state after it; a cross for the operation that fits nowhere. */
function placeOf(op: OperationView, order: LinearizationView, left: number, y: number): Markup | null {
  const i = order.placed.findIndex((placed) => placed.op === op.index);
  const fails = op.index === order.failing.op;
  if (i < 0 && !fails) return null;
  const said = fails ? order.refusals.map(({ why }) => why).join('; ') : `${i + 1}: after it the state is ${order.placed[i]!.state}`;
  return html`<title>${said}</title><circle class="nth-d" cx="${at(left + 13)}" cy="${y}" r="7.5"/><text class="nth-t ${fails && 'bad'}" x="${at(left + 13)}" y="${y + 3.5}" text-anchor="middle">${fails ? '✗' : i + 1}</text>`;
}

/** Above the bar, shortened to what the next operation on the lane leaves. */
function label(op: OperationView, drawing: DrawingView, layout: FindingLayout): Markup {
  const { left, y } = boxOf(op, layout);
  const next = drawing.ops.filter((other) => other.process === op.process && other.index > op.index)[0];
  const room = (next === undefined ? EDGE + 10 : layout.xOf({ event: next.index, time: next.start })) - left - 6;
  const text = op.outcome === 'info' ? `${op.words}, no answer` : op.words;
  const fits = Math.max(3, Math.floor(room / MONO));
  const shifted = next === undefined && text.length > fits;
  const x = shifted ? Math.max(LANES_LEFT, EDGE + 10 - text.length * MONO) : left;
  const shown = shifted || text.length <= fits ? text : `${text.slice(0, fits - 1)}…`;
  return html`<text class="s-m halo" x="${at(x)}" y="${y - BAR / 2 - 7}">${shown}</text>`;
}

function arrowOf(arrow: ArrowView, drawing: DrawingView, layout: FindingLayout): Markup | null {
  const from = drawing.ops.find((op) => op.index === arrow.from);
  const to = drawing.ops.find((op) => op.index === arrow.to);
  if (from === undefined || to === undefined) return null;
  return arrow.kind === 'time'
    ? timeArrow(arrow.label, boxOf(from, layout), boxOf(to, layout))
    : valueArrow(arrow.label, boxOf(from, layout), boxOf(to, layout));
}

/** From the end of one to the start of the other. */
function timeArrow(text: string, from: Box, to: Box): Markup {
  const [x1, x2] = [from.right, to.left];
  if (from.y === to.y) {
    const middle = (x1 + x2) / 2;
    return html`<path class="a-rt" d="M${at(x1)} ${from.y - 8}Q${at(middle)} ${from.y - 58} ${at(x2)} ${to.y - 8}" marker-end="url(#ah)"/>${words(text, middle, from.y - 42)}`;
  }
  const bend = Math.max(36, Math.abs(x2 - x1) * 0.5);
  const down = to.y > from.y;
  const labelY = down ? from.y + (to.y - BAR / 2 - 24 - from.y) * 0.62 : (from.y + to.y) / 2;
  return html`<path class="a-rt" d="M${at(x1)} ${from.y}C${at(x1 + bend)} ${from.y} ${at(x2 - bend)} ${to.y} ${at(x2 - 3)} ${to.y}" marker-end="url(#ah)"/>${words(text, (x1 + x2) / 2 + Math.min(150, text.length * SANS * 0.55), labelY)}`;
}

/** From what was seen to what it demands; around below where that lies above. */
function valueArrow(text: string, from: Box, to: Box): Markup {
  if (to.y > from.y) {
    const source = (from.left + Math.min(from.right, from.left + 260)) / 2;
    const path = `M${at(source)} ${from.y + 11}C${at(source)} ${to.y} ${at(Math.max(source, to.left - 120))} ${to.y} ${at(to.left - 3)} ${to.y}`;
    return html`<path class="a-val" d="${path}" marker-end="url(#ah)"/>${words(text, (source + to.left) / 2, to.y + 22)}`;
  }
  const target = (to.left + Math.min(to.right, to.left + 260)) / 2;
  const source = from.left + Math.min(14, (from.right - from.left) / 2);
  const low = from.y + 52;
  return html`<path class="a-val" d="M${at(source)} ${from.y + 11}C${at(source - 60)} ${low} ${at(target + 20)} ${low} ${at(target)} ${to.y + 12}" marker-end="url(#ah)"/>${words(text, Math.min(source, (source + target) / 2), from.y + 58)}`;
}

function words(text: string, x: number, y: number): Markup {
  const half = (text.length * BOLD) / 2;
  const middle = Math.min(Math.max(x, LANES_LEFT + half), EDGE - half);
  return html`<text class="s-b halo" x="${at(middle)}" y="${at(y)}" text-anchor="middle">${text}</text>`;
}

/** What the object could hold, and what was seen although it could not be. */
function legalRow(legal: LegalRow, drawing: DrawingView, layout: FindingLayout, top: number): Markup {
  const hit = drawing.ops.find((op) => drawing.hits.includes(op.index));
  const box = hit && boxOf(hit, layout);
  const middle = box ? (box.left + Math.min(box.right, EDGE)) / 2 : 0;
  const width = legal.observed.length * MONO + 14;
  const left = Math.min(Math.max(LANES_LEFT, middle - width / 2), EDGE - width);
  return html`<path d="M14 ${top}H${EDGE}" class="k-line"/><text class="s-l" x="14" y="${top + 22}">${legal.label}</text><text class="s-t" x="14" y="${top + 37}">in any order</text>
${legal.segments.map((segment) => {
  const [x1, x2] = [Math.max(layout.moments[0]?.x ?? 0, layout.xOf(segment.from)), layout.xOf(segment.to)];
  if (x2 - x1 < 3) return null;
  const text = segment.values.length === 0 ? 'anything' : segment.values.join(' or ');
  const room = box && box.left < x2 && box.right > x1 ? Math.max(0, Math.min(left, x2) - x1) : x2 - x1;
  const fits = text.length * MONO + 8 <= room;
  return html`<g><title>${text}</title><rect x="${at(x1 + 1)}" y="${top + 10}" width="${at(Math.max(2, x2 - x1 - 2))}" height="26" rx="4" class="legal-box"/>${fits && html`<text class="s-m" x="${at(x1 + room / 2)}" y="${top + 28}" text-anchor="middle">${text}</text>`}</g>`;
})}
${
  box &&
  html`<path d="M${at(middle)} ${box.y + 14}V${top + 12}" class="k-bad" stroke-width="1.5" stroke-dasharray="2 3"/><rect x="${at(left)}" y="${top + 13}" width="${at(width)}" height="20" rx="4" class="f-bad"/><text x="${at(left + width / 2)}" y="${top + 27}" text-anchor="middle" class="legal-not">${legal.observed}</text>`
}`;
}
