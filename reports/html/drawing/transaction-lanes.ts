/** Transactions on the lanes of their processes, from invocation to answer, their micro-operations as slices, what orders them as arrows. */
import type { DependencyView, DrawingView, IsolationView, OperationView, TransactionView } from '../../view-model/index.ts';
import { html, type Markup } from '../markup.ts';
import { at, bands, grid, ticks } from './axis.ts';
import { headOf, lineOf, pill, pillWidth } from './dependency-kinds.ts';
import { type FindingLayout, type Frame, layoutOf } from './finding-layout.ts';

/** Beside a cycle, and with the page for itself. */
const BESIDE: Frame = { width: 560, lanes: 92, left: 104, right: 512, edge: 546 };
const ALONE: Frame = { width: 940, lanes: 110, left: 126, right: 856, edge: 920 };
/** Lanes are further apart than those of single operations: arrows and their names run between them. */
const LANE = 98;
/** Where there are none. */
const BARE_LANE = 60;
/** Room that an arrow from a lane to itself takes below it, beyond that of the first. */
const LEVEL = 26;
const TOP = 74;
const BAR = 22;
const MONO = 7.3;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** As SVG. `place`: what stands beside it. */
export function transactionLanes(view: IsolationView, drawing: DrawingView, id: string, place: 'beside' | 'alone'): Markup {
  const lanes = new Lanes(view, drawing, layoutOf(drawing, place === 'beside' ? BESIDE : ALONE));
  return lanes.draw(id);
}

class Lanes {
  readonly #view: IsolationView;
  readonly #drawing: DrawingView;
  readonly #layout: FindingLayout;
  readonly #yOf: ReadonlyMap<number, number>;
  readonly #levels: ReadonlyMap<DependencyView, number>;
  /** Below the last lane and its arrows. */
  readonly #floor: number;

  constructor(view: IsolationView, drawing: DrawingView, layout: FindingLayout) {
    this.#view = view;
    this.#drawing = drawing;
    this.#layout = layout;
    this.#levels = this.#levelsOfArcs();
    const bare = view.dependencies.every(({ from, to }) => from === to);
    const places = new Map<number, number>();
    let y = TOP;
    for (const { process } of drawing.lanes) {
      places.set(process, y);
      const deepest = Math.max(0, ...[...this.#levels].flatMap(([step, level]) => (this.#processOf(step.from) === process ? [level] : [])));
      y += (bare ? BARE_LANE : LANE) + deepest * LEVEL;
    }
    this.#yOf = places;
    this.#floor = y - (bare ? BARE_LANE : LANE) + 52;
  }

  draw(id: string): Markup {
    const { frame } = this.#layout;
    const floor = this.#floor;
    const pills: Name[] = [];
    const drawn = this.#view.dependencies.map((step) => this.#arrow(step, pills));
    return html`<svg class="lan" viewBox="0 0 ${frame.width} ${floor + 30}" role="img" aria-labelledby="${id}-t"><title id="${id}-t">${this.#drawing.alt}</title>
${bands(this.#drawing, this.#layout, floor)}
${grid(this.#layout, floor)}
${this.#drawing.lanes.map((lane) => {
  const y = this.#yOf.get(lane.process)!;
  return html`<path class="s-lane" d="M${frame.lanes} ${y}H${frame.edge}"/><text class="s-l" x="8" y="${y - 2}">process ${lane.process}</text><text class="s-t" x="8" y="${y + 13}">${lane.node}</text>`;
})}
${this.#transactions().map((transaction) => this.#bar(transaction))}
${drawn.map(({ line }) => line)}
${this.#transactions().map((transaction) => this.#label(transaction))}
${drawn.map(({ name }) => name)}
${ticks(this.#layout, floor + 20)}
</svg>`;
  }

  /** Arrows from a lane to itself, the short ones above: none is drawn where its ends, or its name, would meet another's. */
  #levelsOfArcs(): ReadonlyMap<DependencyView, number> {
    const levels = new Map<DependencyView, number>();
    const arcs = this.#view.dependencies
      .filter(({ from, to }) => from !== to && this.#processOf(from) === this.#processOf(to))
      .map((step) => {
        const [a, b] = [this.#startOf(step.from), this.#startOf(step.to)];
        const half = Math.max(Math.abs(b - a), pillWidth(step.label)) / 2 + 30;
        return { step, left: (a + b) / 2 - half, right: (a + b) / 2 + half };
      })
      .sort((a, b) => a.right - a.left - (b.right - b.left));
    for (const [i, one] of arcs.entries()) {
      const met = arcs
        .slice(0, i)
        .filter((other) => this.#processOf(other.step.from) === this.#processOf(one.step.from) && other.left < one.right && one.left < other.right);
      const taken = new Set(met.map(({ step }) => levels.get(step)));
      let level = 0;
      while (taken.has(level)) level++;
      levels.set(one.step, level);
    }
    return levels;
  }

  #processOf(op: number): number | undefined {
    return this.#view.transactions.find(({ operation }) => operation.index === op)?.operation.process;
  }

  #startOf(op: number): number {
    const operation = this.#drawing.ops.find(({ index }) => index === op);
    return operation === undefined ? 0 : this.#layout.xOf({ event: operation.index, time: operation.start });
  }

  #transactions(): readonly TransactionView[] {
    return this.#view.transactions.filter(({ operation }) => this.#drawing.ops.some(({ index }) => index === operation.index));
  }

  #box(op: OperationView): Box {
    const left = this.#layout.xOf({ event: op.index, time: op.start });
    const right = op.end === null || op.complete === null ? this.#layout.frame.edge : this.#layout.xOf({ event: op.complete, time: op.end });
    return { left, right: Math.max(left + 12, right), y: this.#yOf.get(op.process) ?? 0 };
  }

  #bar({ operation, microOps }: TransactionView): Markup {
    const { left, right, y } = this.#box(operation);
    const [top, width] = [y - BAR / 2, right - left];
    const slice = width / Math.max(1, microOps.length);
    const className = { ok: 'sl', info: 'sl sl-info', fail: 'sl sl-fail' }[operation.outcome];
    const slices = microOps.map(
      ({ words, lit }, i) =>
        html`<rect class="${className}${lit && ' lit'}" x="${at(left + i * slice)}" y="${top}" width="${at(slice)}" height="${BAR}"><title>${words}</title></rect>`,
    );
    return html`<g data-op="${operation.index}"><rect class="ring" x="${at(left - 4)}" y="${top - 4}" width="${at(width + 8)}" height="${BAR + 8}" rx="7"/>${slices}<rect class="frame ${operation.outcome}" x="${at(left)}" y="${top}" width="${at(width)}" height="${BAR}" rx="3"/></g>`;
  }

  /** Above the bar, shortened to what the next transaction on the lane leaves. */
  #label({ operation, name }: TransactionView): Markup {
    const { left, y } = this.#box(operation);
    const { edge, lanes } = this.#layout.frame;
    const next = this.#drawing.ops.find((other) => other.process === operation.process && other.index > operation.index);
    const room = Math.floor(((next === undefined ? edge : this.#box(next).left - 6) - left) / MONO);
    const ending = { ok: '', info: ', no answer', fail: ', failed' }[operation.outcome];
    const text = `${operation.words}${ending}`;
    // a long text at the end of its lane may begin before its bar
    const wide = next === undefined ? Math.floor((edge - lanes) / MONO) : room;
    const alone = this.#drawing.ops.every((other) => other.process !== operation.process || other.index >= operation.index);
    const most = Math.max(name.length, alone ? wide : room);
    const shown = text.length <= most ? text : `${text.slice(0, Math.max(name.length, most - 1))}${most > name.length ? '…' : ''}`;
    const x = Math.max(lanes, Math.min(left, edge - shown.length * MONO));
    return html`<text class="s-m halo" x="${at(x)}" y="${y - BAR / 2 - 8}"><title>${text}</title>${shown}</text>`;
  }

  /** `pills`: where names stand already; this one's is added. */
  #arrow(step: DependencyView, pills: Name[]): { readonly line: Markup | null; readonly name: Markup | null } {
    const [from, to] = [step.from, step.to].map((op) => this.#transactions().find(({ operation }) => operation.index === op));
    if (from === undefined || to === undefined || from === to) return { line: null, name: null };
    const timed = step.kind === 'realtime' || step.kind === 'process';
    const [a, b] = [this.#box(from.operation), this.#box(to.operation)];
    const x1 = timed ? a.right : this.#middleOf(from, step.fromOp);
    const x2 = timed ? b.left : this.#middleOf(to, step.toOp);
    const { path, points } = a.y === b.y ? arc(x1, x2, { lane: a.y, level: this.#levels.get(step) ?? 0 }) : sweep({ x: x1, y: a.y }, { x: x2, y: b.y });
    const width = pillWidth(step.label);
    const { lanes, edge } = this.#layout.frame;
    const places = points.map(({ x, y }) => ({ x: Math.min(Math.max(x, lanes + width / 2), edge - width / 2), y }));
    const place = this.#best(places, width, pills);
    pills.push({ ...place, width });
    return {
      line: html`<path class="${lineOf(step.kind)}" d="${path}" marker-end="${headOf(step.kind)}"><title>${step.words}</title></path>`,
      name: pill(step.label, step.kind, place.x, place.y),
    };
  }

  /** On another name, nothing can be read; on words and bars of lanes, less. The first of the best. */
  #best(places: readonly Point[], width: number, pills: readonly Name[]): Point {
    const costs = places.map(({ x, y }) => {
      const onNames = pills.filter((other) => Math.abs(other.y - y) < 21 && Math.abs(other.x - x) < (width + other.width) / 2 + 2).length;
      const onWords = [...this.#yOf.values()].some((lane) => y > lane - BAR / 2 - 30 && y < lane - BAR / 2);
      const onBars = [...this.#yOf.values()].some((lane) => Math.abs(y - lane) < BAR / 2 + 10);
      return 4 * onNames + 2 * Number(onWords) + Number(onBars);
    });
    return places[costs.indexOf(Math.min(...costs))]!;
  }

  #middleOf({ operation, microOps }: TransactionView, op: number | null): number {
    const { left, right } = this.#box(operation);
    return op === null ? (left + right) / 2 : left + ((right - left) * (op + 0.5)) / Math.max(1, microOps.length);
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a name stands. */
interface Name extends Point {
  readonly width: number;
}

/** A path, and places on it for its name, the best first. */
interface Way {
  readonly path: string;
  readonly points: readonly Point[];
}

/** Below the lane, from one bar to another on it. */
function arc(x1: number, x2: number, { lane, level }: { readonly lane: number; readonly level: number }): Way {
  const y = lane + BAR / 2;
  const depth = 26 + level * LEVEL;
  const path = `M${at(x1)} ${at(y)}C${at(x1)} ${at(y + depth / 0.75)} ${at(x2)} ${at(y + depth / 0.75)} ${at(x2)} ${at(y + 4)}`;
  return { path, points: [{ x: (x1 + x2) / 2, y: y + depth }] };
}

/** Places of names along an arrow, as shares of it: from the middle outwards. */
const SHARES = [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8];
/** How far an arrow keeps from its straight line. */
const BULGE = 46;

/** Between lanes, left of its straight line: two in opposite directions stay apart. */
function sweep(from: Point, to: Point): Way {
  const down = to.y > from.y;
  const [y1, y2] = [from.y + (down ? BAR / 2 : -BAR / 2), to.y + (down ? -BAR / 2 - 3 : BAR / 2 + 3)];
  const length = Math.hypot(to.x - from.x, y2 - y1) || 1;
  const [cx, cy] = [(from.x + to.x) / 2 + ((y2 - y1) / length) * BULGE, (y1 + y2) / 2 - ((to.x - from.x) / length) * BULGE * 0.3];
  const along = (a: number, b: number, c: number, share: number): number => (1 - share) ** 2 * a + 2 * share * (1 - share) * b + share ** 2 * c;
  return {
    path: `M${at(from.x)} ${at(y1)}Q${at(cx)} ${at(cy)} ${at(to.x)} ${at(y2)}`,
    points: SHARES.map((share) => ({ x: along(from.x, cx, to.x, share), y: along(y1, cy, y2, share) })),
  };
}
