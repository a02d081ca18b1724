/** The timeline: tracks on one axis, for the whole run and for the stretches that matter; the same numbers as a table. */
import { count, type ReportView, type TimelineRange, type TimelineView } from '../../view-model/index.ts';
import { type Scale, scaleOf } from '../drawing/timeline-scale.ts';
import {
  AXIS_HEIGHT,
  axisTrack,
  backdrop,
  FAULT_HEIGHT,
  faultsDuring,
  faultTrack,
  hairlines,
  LATENCY_HEIGHT,
  lanesHeight,
  laneTrack,
  latencyTrack,
  nodesHeight,
  nodeTrack,
  THROUGHPUT_HEIGHT,
  throughputTrack,
} from '../drawing/timeline-tracks.ts';
import { html, type Markup } from '../markup.ts';
import { msOf, tenths } from './wording.ts';

/** Rows of the table that says the same. */
const TABLE_ROWS = 32;

export function timelineSection({ timeline }: ReportView): Markup {
  return html`<section id="timeline" class="panel" aria-labelledby="h-tl">
<div class="head"><h2 id="h-tl">Timeline</h2><span class="sub" id="tl-range">${rangeInWords(timeline.ranges[0]!)}</span><div class="right"><div class="seg" role="group" aria-label="Range">${timeline.ranges.map(
    (range, i) =>
      html`<button type="button" data-range="${range.id}" data-said="${rangeInWords(range)}" aria-pressed="${i === 0 ? 'true' : 'false'}">${range.label}</button>`,
  )}</div></div></div>
${timeline.ranges.map((range, i) => rangeView(timeline, range, i > 0))}
<div class="key"><span><svg viewBox="0 0 22 10" aria-hidden="true"><rect width="22" height="10" rx="2" class="f-ok"/></svg>ok: it happened</span><span><svg viewBox="0 0 22 10" aria-hidden="true"><path d="M22 .6H2v8.8h20" class="b-info"/></svg>info: it may have happened</span><span><svg viewBox="0 0 22 10" aria-hidden="true"><path d="M8 2l6 6m0-6l-6 6" class="k-fail" stroke-width="1.6"/></svg>fail: it did not happen</span><span class="hint"><kbd>n</kbd> and <kbd>p</kbd> for the next stretch, <kbd>0</kbd> for the whole run</span></div>
<details><summary>How to read this</summary><div class="fold-b"><ul>
<li>All tracks share one axis of time; a fault tints every track; a numbered flag and a hairline mark each finding.</li>
<li>Throughput counts operations by the moment they ended. Latency counts successful operations from the moment they were <em>meant</em> to start, so that waiting in a queue is not hidden: darker cells hold more operations, the solid line is the median, the dashed one the 99th percentile (within 2.5 %), absent where too few ended.</li>
<li>A client has one lane. Where there are too many operations to tell apart, runs of equal outcome are drawn as one bar${timeline.lanesLeftOut > 0 && `; ${timeline.lanesLeftOut} further clients have no lane here`}.</li>
</ul></div></details>
<details><summary>The same as a table</summary><div class="fold-b full">${bucketTable(timeline)}</div></details>
</section>`;
}

function rangeInWords(range: TimelineRange): string {
  return `${count(range.operations)} operations, ${tenths(range.start)} to ${tenths(range.end)} s`;
}

function rangeView(timeline: TimelineView, range: TimelineRange, hidden: boolean): Markup {
  const scale = scaleOf(range.start, range.end);
  const tracks: readonly (readonly [title: string, sub: string, height: number, drawing: Markup, name: string])[] = [
    ['Faults', timeline.faults.length === 0 ? 'none' : '', FAULT_HEIGHT, faultTrack(timeline, scale), 'f'],
    ['Throughput', 'operations per second', THROUGHPUT_HEIGHT, throughputTrack(range), 'tp'],
    ['Latency', 'from intended start, log', LATENCY_HEIGHT, latencyTrack(range, timeline.heatRowsMs), 'lat'],
    ...(timeline.nodes.length === 0 ? [] : ([['Nodes', 'what was done to them', nodesHeight(timeline), nodeTrack(timeline, scale), 'n']] as const)),
    ['Clients', 'one lane each', lanesHeight(range), laneTrack(timeline, range, scale), 'p'],
  ];
  return html`<div class="tl" data-view="${range.id}" data-start="${range.start}" data-end="${range.end}" ${hidden && 'hidden'}>
${tracks.map(([title, sub, height, drawing, name]) => track(timeline, scale, title, sub, height, drawing, name))}
<div class="trk axis"><div class="g"></div><svg class="t" width="100%" height="${AXIS_HEIGHT}" aria-hidden="true">${axisTrack(timeline, scale)}</svg></div>
<div class="xh" hidden><b></b></div>
</div>`;
}

function track(timeline: TimelineView, scale: Scale, title: string, sub: string, height: number, drawing: Markup, name: string): Markup {
  const lines = name === 'f' ? null : hairlines(timeline, scale, height);
  const tint = name === 'f' ? null : backdrop(timeline, scale, height);
  return html`<div class="trk"><div class="g"><b>${title}</b>${sub !== '' && html`<span>${sub}</span>`}<span class="rd" data-rd="${name}"></span></div><svg class="t" width="100%" height="${height}" role="img" aria-label="${title}, from ${tenths(scale.start)} to ${tenths(scale.end)} s; the table below has the numbers">${tint}${drawing}${lines}</svg></div>`;
}

function bucketTable(timeline: TimelineView): Markup {
  const { buckets } = timeline.ranges[0]!;
  const size = Math.ceil(buckets.length / TABLE_ROWS);
  const rows: Markup[] = [];
  for (let i = 0; i < buckets.length; i += size) {
    const part = buckets.slice(i, i + size);
    const sum = (outcome: 'ok' | 'info' | 'fail'): number => part.reduce((total, bucket) => total + bucket[outcome], 0);
    const highest = (q: 'p50' | 'p95' | 'p99'): number | null =>
      part.reduce<number | null>((most, bucket) => (bucket[q] === null ? most : Math.max(most ?? 0, bucket[q])), null);
    const whole = { ...part[0]!, end: part.at(-1)!.end };
    const seconds = (whole.end - whole.start) / 1e9;
    rows.push(
      html`<tr><td>${tenths(whole.start)} s</td><td class="r">${count(Math.round(sum('ok') / seconds))}</td><td class="r">${count(sum('info'))}</td><td class="r">${count(sum('fail'))}</td><td class="r">${msOf(highest('p50'))}</td><td class="r">${msOf(highest('p95'))}</td><td class="r">${msOf(highest('p99'))}</td><td>${faultsDuring(timeline.faults, whole) || 'none'}</td></tr>`,
    );
  }
  return html`<table><thead><tr><th>from</th><th class="r">ok /s</th><th class="r">info</th><th class="r">fail</th><th class="r">highest p50</th><th class="r">highest p95</th><th class="r">highest p99</th><th>fault</th></tr></thead><tbody>${rows}</tbody></table>`;
}
