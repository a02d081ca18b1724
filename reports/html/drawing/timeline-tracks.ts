/** The tracks of the timeline, each an SVG on the same time axis. */
import type { FaultView, LaneMark, NodeSpan, TimelineBucket, TimelineRange, TimelineView } from '../../view-model/index.ts';
import { count } from '../../view-model/index.ts';
import { html, type Markup, raw } from '../markup.ts';
import { hatchOf } from '../symbols.ts';
import { fitClass, label, pct, type Scale, ticksOf } from './timeline-scale.ts';

/** Width of stretched drawings: paths know no percentages, so they are drawn in these units and stretched. */
const UNITS = 10_000;
const CHAR = 6.3;
const NODE_ROW = 24;
const LANE_ROW = 15;
/** Shades of the heat map. */
const SHADES = 5;

/** What every track shows: fault windows as a tint, findings as hairlines. */
export function backdrop(view: TimelineView, scale: Scale, height: number): Markup {
  return html`${view.faults
    .filter((fault) => inRange(fault, scale))
    .map(
      (fault) =>
        html`<rect x="${pct(scale.x(fault.start))}" width="${pct(scale.x(fault.end) - scale.x(fault.start))}" height="${height}" class="${fault.proven ? 'wash' : 'wash unp'}"/>`,
    )}`;
}

/** Drawn last, so that nothing hides them. */
export function hairlines(view: TimelineView, scale: Scale, height: number): Markup {
  return html`${view.findings
    .filter(({ time }) => time >= scale.start && time <= scale.end)
    .map(({ time }) => html`<line x1="${pct(scale.x(time))}" x2="${pct(scale.x(time))}" y2="${height}" class="hair"/>`)}`;
}

const inRange = ({ start, end }: { readonly start: number; readonly end: number }, scale: Scale): boolean => end >= scale.start && start <= scale.end;

export const FAULT_HEIGHT = 58;

/** Fault windows with what was done. Labels shorten, then vanish. */
export function faultTrack(view: TimelineView, scale: Scale): Markup {
  const shown = view.faults.filter((fault) => inRange(fault, scale));
  return html`${shown.map((fault, i) => {
    const left = scale.x(fault.start);
    const width = Math.max(0.15, scale.x(fault.end) - left);
    const next = shown[i + 1];
    const room = (next === undefined ? 100 : scale.x(next.start)) - left;
    return html`<rect x="${pct(left)}" y="32" width="${pct(width)}" height="24" fill="${fault.proven ? `url(#${hatchOf(fault.family)})` : 'none'}" class="${fault.proven ? 'window' : 'window unp'}"><title>${fault.id}: ${fault.effect}${fault.times > 1 ? `, ${fault.times} times` : ''}${fault.proven ? '' : '; not proven'}</title></rect>
${fitted([fault.times > 1 ? `${fault.id} ×${fault.times}` : fault.id, fault.id.replace('partition-', 'cut ').replace('-', ' ')], 11.5, left, room, 12, 's-l')}
${fitted(fault.proven ? [fault.effect] : ['not proven', '?'], 11, left, room, 26, fault.proven ? 's-t' : 's-t unk')}`;
  })}`;
}

/** The longest of the texts that has room, at each width of screen. */
function fitted(texts: readonly string[], size: number, left: number, room: number, y: number, className: string): Markup | null {
  for (const text of texts) {
    const fit = fitClass(text.length * CHAR * (size / 11.5) + 8, room);
    if (fit !== undefined) return label(left, 0, y, text, `${className} ${fit}`);
  }
  return null;
}

export const THROUGHPUT_HEIGHT = 92;

/** Operations per second by outcome, stacked. */
export function throughputTrack(range: TimelineRange): Markup {
  const height = THROUGHPUT_HEIGHT;
  const seconds = (range.end - range.start) / 1e9 / range.buckets.length;
  const { most, peak } = highest(range, seconds);
  const y = (rate: number): number => height - 2 - (Math.min(rate, most * 1.15) / (most * 1.15)) * (height - 8);
  const base = range.buckets.map(() => 0);
  const areas = (['ok', 'info', 'fail'] as const).map((outcome) => {
    if (range.buckets.every((bucket) => bucket[outcome] === 0)) return null;
    const from = [...base];
    range.buckets.forEach((bucket, i) => {
      base[i] = base[i]! + bucket[outcome] / seconds;
    });
    return html`<path class="area ${outcome}" d="${steps(base, y)}${stepsBack(from, y)}z"/>`;
  });
  return html`${rates(most).map((rate) => html`<line x2="100%" y1="${y(rate)}" y2="${y(rate)}" class="s-grid"/>`)}${stretched(height, html`${areas}`)}${rates(most).map((rate) => label(0, 3, y(rate) - 3, count(rate), 's-t halo'))}${peak === undefined ? null : label(peak.x, peak.x > 80 ? -6 : 6, 12, `${count(peak.rate)} ↑`, 's-t halo', peak.x > 80 ? 'end' : 'start')}`;
}

/** What the axis reaches to: where a few buckets tower above the rest (a backlog worked off), they are cut, and say how high they are. */
function highest(range: TimelineRange, seconds: number): { readonly most: number; readonly peak?: { readonly x: number; readonly rate: number } } {
  const totals = range.buckets.map(({ ok, info, fail }) => (ok + info + fail) / seconds);
  const ordered = totals.toSorted((a, b) => a - b);
  const top = ordered.at(-1) ?? 0;
  const usual = ordered[Math.floor(ordered.length * 0.95)] ?? 0;
  if (usual <= 0 || top < 2.5 * usual) return { most: Math.max(1 / seconds, top) };
  return { most: usual * 1.5, peak: { x: (100 * (totals.indexOf(top) + 0.5)) / totals.length, rate: Math.round(top) } };
}

function rates(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5].map((factor) => factor * power).find((candidate) => most / candidate < 4) ?? power * 5;
  const list: number[] = [];
  for (let rate = Math.max(1, step); rate <= most * 1.02; rate += Math.max(1, step)) list.push(Math.round(rate));
  return list;
}

/** Drawn from right to left under what was drawn from left to right. */
function stepsBack(values: readonly number[], y: (value: number) => number): string {
  let path = '';
  for (let i = values.length - 1; i >= 0; i--) path += `L${unit((i + 1) / values.length)} ${short(y(values[i]!))}H${unit(i / values.length)}`;
  return path;
}

function steps(values: readonly number[], y: (value: number) => number): string {
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${unit(i / values.length)} ${short(y(value))}H${unit((i + 1) / values.length)}`).join('');
}

const unit = (share: number): number => Math.round(share * UNITS);
const short = (value: number): string => String(Math.round(value * 10) / 10);

/** Paths that are as wide as the track. */
function stretched(height: number, content: Markup): Markup {
  return html`<svg viewBox="0 0 ${UNITS} ${height}" width="100%" height="${height}" preserveAspectRatio="none">${content}</svg>`;
}

export const LATENCY_HEIGHT = 140;

/** Heat map of latencies with their median and 99th percentile. */
export function latencyTrack(range: TimelineRange, rowsMs: readonly number[]): Markup {
  const height = LATENCY_HEIGHT;
  const low = Math.log10(rowsMs[0]!);
  const rows = rowsMs.length;
  const top = Math.log10(rowsMs.at(-1)!) + (Math.log10(rowsMs[1]!) - low);
  const y = (ms: number): number => height - 4 - ((Math.min(top, Math.max(low, Math.log10(ms))) - low) / (top - low)) * (height - 10);
  const rowHeight = (height - 10) / rows;
  const decades = rowsMs.filter((ms) => Math.abs(Math.log10(ms) - Math.round(Math.log10(ms))) < 1e-6);
  return html`${decades.map((ms) => html`<line x2="100%" y1="${short(y(ms))}" y2="${short(y(ms))}" class="s-grid"/>`)}
${stretched(height, html`${heat(range.buckets, rowHeight, height)}${(['p50', 'p99'] as const).map((q) => quantileLine(range.buckets, q, y))}`)}
${decades.map((ms) => label(0, 3, y(ms) - 3, msInWords(ms), 's-t halo'))}
${quantileLabels(range.buckets, y)}`;
}

const msInWords = (ms: number): string => (ms >= 1000 ? `${ms / 1000} s` : ms >= 1 ? `${ms} ms` : `${Math.round(ms * 1000)} µs`);

/** One path per shade. */
function heat(buckets: readonly TimelineBucket[], rowHeight: number, height: number): Markup[] {
  const most = Math.max(1, ...buckets.map((bucket) => Math.max(0, ...bucket.heat)));
  const shades: string[] = Array.from({ length: SHADES }, () => '');
  const width = UNITS / buckets.length;
  buckets.forEach((bucket, i) => {
    bucket.heat.forEach((number, row) => {
      if (number === 0) return;
      const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(number / most) * SHADES));
      shades[shade] +=
        `M${Math.round(i * width)} ${short(height - 4 - (row + 1) * rowHeight)}h${Math.max(1, Math.round(width) - 6)}v${short(rowHeight - 0.6)}h-${Math.max(1, Math.round(width) - 6)}z`;
    });
  });
  return shades.flatMap((path, shade) => (path === '' ? [] : [html`<path class="heat h${shade}" d="${path}"/>`]));
}

function quantileLine(buckets: readonly TimelineBucket[], q: 'p50' | 'p99', y: (ms: number) => number): Markup | null {
  let path = '';
  let pen = false;
  buckets.forEach((bucket, i) => {
    const ms = bucket[q];
    if (ms !== null) path += `${pen ? 'L' : 'M'}${unit((i + 0.5) / buckets.length)} ${short(y(ms))}`;
    pen = ms !== null;
  });
  return path === '' ? null : html`<path class="q-halo" d="${path}"/><path class="${q}" d="${path}"/>`;
}

/** At the right end; the upper one moves up where they are too close. */
function quantileLabels(buckets: readonly TimelineBucket[], y: (ms: number) => number): Markup[] {
  let lowest = Number.POSITIVE_INFINITY;
  return (['p50', 'p99'] as const).flatMap((q) => {
    const i = buckets.findLastIndex((bucket, at) => bucket[q] !== null && (at + 0.5) / buckets.length < 0.97);
    if (i < 0) return [];
    lowest = Math.min(y(buckets[i]![q]!) - 6, lowest - 13);
    return [label((100 * (i + 0.5)) / buckets.length, 0, lowest, q, 's-l halo', 'end')];
  });
}

export const nodesHeight = (view: TimelineView): number => view.nodes.length * NODE_ROW + 4;

/** What was done to each node. */
export function nodeTrack(view: TimelineView, scale: Scale): Markup {
  return html`${view.nodes.map(({ node, spans }, i) => {
    const y = i * NODE_ROW + 4;
    return html`<rect y="${y}" width="100%" height="17" rx="2" class="f-follower"/>${spans.filter((span) => inRange(span, scale)).map((span) => nodeSpan(span, scale, y))}${label(0, 5, y + 12.5, node, 's-l node-l')}`;
  })}`;
}

const STATE_HATCH: Readonly<Record<NodeSpan['state'], string>> = {
  killed: 'hz-kill',
  paused: 'hz-pause',
  cut: 'hz-cut',
  clock: 'hz-dots',
  disk: 'hz-dots',
  disturbed: 'hz-dots',
};

function nodeSpan(span: NodeSpan, scale: Scale, y: number): Markup {
  const left = scale.x(span.start);
  const width = scale.x(span.end) - left;
  const word = span.proven ? span.state : `${span.state}?`;
  const fit = fitClass(word.length * 6.3 + 10, width);
  return html`<rect x="${pct(left)}" y="${y}" width="${pct(Math.max(0.1, width))}" height="17" class="f-panel"/><rect x="${pct(left)}" y="${y + 0.5}" width="${pct(Math.max(0.1, width))}" height="16" fill="url(#${STATE_HATCH[span.state]})" class="${span.proven ? `span ${span.state}` : 'window unp'}"><title>${word}, ${(span.start / 1e9).toFixed(3)} to ${(span.end / 1e9).toFixed(3)} s</title></rect>${fit === undefined ? null : label(left + width / 2, 0, y + 12.5, word, `s-t halo ${fit}`, 'middle')}`;
}

export const lanesHeight = (range: TimelineRange): number => range.lanes.length * LANE_ROW + 6;

/** Operations of each client: bars for ok, striped and open for info, crosses for fail. */
export function laneTrack(view: TimelineView, range: TimelineRange, scale: Scale): Markup {
  const height = lanesHeight(range);
  const single = range.lanes.some((lane) => lane.marks.some((mark) => mark.words !== null));
  const hits = new Set(view.findings.flatMap((finding) => finding.hits));
  let solid = '';
  const rest: Markup[] = [];
  range.lanes.forEach((lane, i) => {
    const y = i * LANE_ROW + 3;
    for (const mark of lane.marks) {
      if (mark.outcome === 'ok' && !(single && mark.op !== null)) solid += okPath(mark, scale, y);
      else rest.push(markOf(mark, scale, y, hits));
    }
  });
  return html`${range.lanes.map((_, i) => html`<line x2="100%" y1="${i * LANE_ROW + 14.5}" y2="${i * LANE_ROW + 14.5}" class="s-grid"/>`)}${stretched(height, raw(solid === '' ? '' : `<path class="l-ok" d="${solid}"/>`))}${rest}${single ? wordsOf(range, scale) : null}${range.lanes.map((lane, i) => label(0, 3, i * LANE_ROW + 12.5, lane.label, 's-t halo lane-l'))}`;
}

function okPath({ start, end }: LaneMark, scale: Scale, y: number): string {
  const x = Math.round(scale.x(start) * (UNITS / 100));
  const width = Math.max(1, Math.round(scale.x(end) * (UNITS / 100)) - x);
  return `M${x} ${y}h${width}v10h-${width}z`;
}

function markOf(mark: LaneMark, scale: Scale, y: number, hits: ReadonlySet<number>): Markup {
  const left = scale.x(mark.start);
  const width = Math.max(0.02, scale.x(mark.end) - left);
  const name = mark.op === null ? null : raw(` data-op="${mark.op}"`);
  if (mark.outcome === 'fail')
    return html`<svg x="${pct(left + width / 2)}" class="o-v"${name}><path d="M-3 ${y + 2}l6 6m0-6l-6 6" class="l-fail"/>${mark.count > 1 && html`<title>${mark.count} failed</title>`}</svg>`;
  if (mark.outcome === 'info')
    return html`<g${name}><rect x="${pct(left)}" y="${y}" width="${pct(width)}" height="10" fill="url(#hz-info)"/><line x1="${pct(left)}" x2="${pct(left)}" y1="${y}" y2="${y + 10}" class="l-info"/></g>`;
  return html`<g${name}><rect x="${pct(left)}" y="${y}" width="${pct(width)}" height="10" rx="2" class="l-ok bar-r ${mark.op !== null && hits.has(mark.op) && 'hit'}"/></g>`;
}

/** Names of operations, behind their bars, where the next operation leaves room. */
function wordsOf(range: TimelineRange, scale: Scale): Markup[] {
  return range.lanes.flatMap((lane, i) =>
    lane.marks.flatMap((mark, k): Markup[] => {
      if (mark.words === null || scale.x(mark.end) < 3) return [];
      const next = lane.marks[k + 1];
      const from = scale.x(mark.end);
      const room = (next === undefined ? 100 : scale.x(next.start)) - from;
      const fit = fitClass(mark.words.length * 6.1 + 10, room);
      return fit === undefined ? [] : [label(from, 4, i * LANE_ROW + 12.5, mark.words, `lane-w halo ${fit}`)];
    }),
  );
}

export const AXIS_HEIGHT = 26;

/** Round times, and a flag for each finding; flags that would hide each other stand side by side. */
export function axisTrack(view: TimelineView, scale: Scale): Markup {
  const flags = view.findings.filter(({ time }) => time >= scale.start && time <= scale.end).map((finding) => ({ ...finding, x: scale.x(finding.time) }));
  return html`${ticksOf(scale).map(({ time, text, wideOnly }) => {
    const x = scale.x(time);
    const free = x > 3 && x < 96 && flags.every((flag, i) => x < flag.x - 4 || x > flag.x + 4 + 2 * nearBefore(flags, i));
    return html`<line x1="${pct(x)}" x2="${pct(x)}" y2="4" class="tick"/>${free && label(x, 0, 17, text, wideOnly ? 's-t fit-w' : 's-t', 'middle')}`;
  })}${flags.map(({ x, number }, i) => {
    const dx = 18 * nearBefore(flags, i);
    return html`<svg x="${pct(x)}" class="o-v"><rect x="${dx - 8}" y="5" width="16" height="16" rx="4" class="f-bad"/><text x="${dx}" y="17" text-anchor="middle" class="flag">${number}</text></svg>`;
  })}`;
}

/** How many flags before this one stand at nearly the same place. */
function nearBefore(flags: readonly { readonly x: number }[], i: number): number {
  return flags.slice(0, i).filter((flag) => Math.abs(flag.x - flags[i]!.x) < 2).length;
}

/** For the table that says the same: which faults were on. */
export function faultsDuring(faults: readonly FaultView[], bucket: TimelineBucket): string {
  return faults
    .filter((fault) => fault.start < bucket.end && fault.end > bucket.start)
    .map((fault) => fault.id)
    .join(', ');
}
