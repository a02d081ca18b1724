/** Where the parts of a finding's drawing go: time to x, processes to y. Pure numbers, in units of the drawing. */
import type { DrawingView, MomentView, OperationView } from '../../view-model/index.ts';

/** How wide a drawing is, and where its parts begin and end. */
export interface Frame {
  readonly width: number;
  /** Where lanes begin. */
  readonly lanes: number;
  /** The first and the last moment. */
  readonly left: number;
  readonly right: number;
  /** Bars without an end, bands and lanes reach to here. */
  readonly edge: number;
}

/** A drawing that has the page for itself. */
export const WIDE: Frame = { width: 940, lanes: 120, left: 136, right: 856, edge: 920 };
const TOP = 70;
const LANE = 52;
/** Room above the lane of what cannot be explained: arrows and their words. */
const ARROWS = 44;
/** Two moments that follow each other are at least so far apart. */
const LEAST = 84;

export interface Lane {
  readonly process: number;
  readonly node: string;
  readonly y: number;
}

export interface FindingLayout {
  readonly frame: Frame;
  readonly lanes: readonly Lane[];
  /** Bottom of the lanes, with room for arrows below the last. */
  readonly bottom: number;
  /** Whether some stretch of time is drawn longer than it was. */
  readonly stretched: boolean;
  /** Of an event; one that is not drawn stands where its time does. */
  xOf(moment: MomentView): number;
  /** By time, ns. */
  xAt(time: number): number;
  /** The moments, from left to right. */
  readonly moments: readonly Moment[];
}

export interface Moment extends MomentView {
  readonly x: number;
}

/** Lays out a drawing. Equal times keep the order of their events. */
export function layoutOf(drawing: DrawingView, frame: Frame = WIDE): FindingLayout {
  const { moments, stretched } = momentsOf(drawing.ops, frame);
  const byEvent = new Map(moments.map((moment) => [moment.event, moment.x]));
  const hitProcesses = new Set(drawing.ops.filter((op) => drawing.hits.includes(op.index)).map((op) => op.process));
  const ordered = [...drawing.lanes].sort((a, b) => Number(hitProcesses.has(a.process)) - Number(hitProcesses.has(b.process)));
  const lanes: Lane[] = [];
  let y = TOP;
  let roomGiven = drawing.arrows.length === 0;
  for (const lane of ordered) {
    if (!roomGiven && hitProcesses.has(lane.process)) {
      y += lanes.length === 0 ? ARROWS / 2 : ARROWS;
      roomGiven = true;
    }
    lanes.push({ ...lane, y });
    y += LANE;
  }
  const values = drawing.arrows.some((arrow) => arrow.kind === 'value');
  return {
    frame,
    lanes,
    bottom: y - LANE + (values ? 72 : 34),
    stretched,
    moments,
    xOf: ({ event, time }) => byEvent.get(event) ?? interpolated(moments, time, frame),
    xAt: (time) => interpolated(moments, time, frame),
  };
}

/** Beginnings and ends, at distances as in time, but none too short to see. */
function momentsOf(ops: readonly OperationView[], frame: Frame): { readonly moments: readonly Moment[]; readonly stretched: boolean } {
  const ends = ops
    .flatMap((op) => [{ event: op.index, time: op.start }, ...(op.end === null || op.complete === null ? [] : [{ event: op.complete, time: op.end }])])
    .sort((a, b) => a.event - b.event);
  const widths = gapWidths(
    ends.map(({ time }) => time),
    frame,
  );
  let x = frame.left;
  const moments = ends.map((end, i) => {
    if (i > 0) x += widths.gaps[i - 1]!;
    return { ...end, x };
  });
  return { moments, stretched: widths.stretched };
}

/** Linear where every gap is wide enough; else small gaps get the least, and the large share what is left. */
function gapWidths(times: readonly number[], frame: Frame): { readonly gaps: readonly number[]; readonly stretched: boolean } {
  const spans = times.slice(1).map((time, i) => time - times[i]!);
  const room = frame.right - frame.left;
  const least = Math.min(LEAST, room / Math.max(1, spans.length));
  const small = new Set<number>();
  for (let changed = true; changed; ) {
    changed = false;
    const rest = spans.reduce((sum, span, i) => (small.has(i) ? sum : sum + span), 0);
    const left = room - least * small.size;
    spans.forEach((span, i) => {
      if (!small.has(i) && (rest === 0 || (span / rest) * left < least)) {
        small.add(i);
        changed = true;
      }
    });
  }
  const rest = spans.reduce((sum, span, i) => (small.has(i) ? sum : sum + span), 0);
  const left = room - least * small.size;
  return { gaps: spans.map((span, i) => (small.has(i) ? least : (span / rest) * left)), stretched: small.size > 0 };
}

function interpolated(moments: readonly Moment[], time: number, frame: Frame): number {
  const first = moments[0];
  const last = moments.at(-1);
  if (first === undefined || last === undefined || time < first.time) return frame.lanes;
  if (time > last.time) return frame.edge;
  for (let i = 1; i < moments.length; i++) {
    const [a, b] = [moments[i - 1]!, moments[i]!];
    if (time <= b.time) return a.time === b.time ? b.x : a.x + ((time - a.time) / (b.time - a.time)) * (b.x - a.x);
  }
  return last.x;
}
