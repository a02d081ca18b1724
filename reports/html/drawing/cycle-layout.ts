/** Where the transactions of a cycle stand, and how its edges run between them. Pure numbers, in units of the drawing. */
import type { IsolationView, TransactionView } from '../../view-model/index.ts';

export const CYCLE_WIDTH = 440;
const CARD = 172;
const LINE = 17;
const HEAD = 26;
/** Between the rows of a ring. */
const ROWS_APART = 84;
const MARGIN = 14;
/** Of a card; of more, those that are not on the cycle are counted. */
const LINES = 4;

export interface CardLine {
  readonly words: string;
  readonly lit: boolean;
}

export interface Card {
  readonly name: string;
  readonly op: number;
  readonly process: number;
  readonly lines: readonly CardLine[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface CycleLayout {
  readonly cards: readonly Card[];
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A ring in the order of the cycle: two one below the other, three as a triangle, more in two columns. */
export function cycleLayout({ dependencies, transactions }: IsolationView): CycleLayout {
  const order = [...new Set(dependencies.flatMap(({ from, to }) => [from, to]))];
  const cards = order.flatMap((op) => transactions.filter(({ operation }) => operation.index === op).map((transaction) => unplaced(transaction)));
  const places = placesOf(cards.length);
  const rows = Math.max(...places.map(({ row }) => row)) + 1;
  const heights = Array.from({ length: rows }, (_, row) => Math.max(...cards.flatMap((card, i) => (places[i]!.row === row ? [card.height] : []))));
  const tops = heights.map((_, row) => MARGIN + heights.slice(0, row).reduce((sum, height) => sum + height + ROWS_APART, 0));
  return {
    cards: cards.map((card, i) => {
      const { row, across } = places[i]!;
      return { ...card, x: MARGIN + across * (CYCLE_WIDTH - 2 * MARGIN - CARD), y: tops[row]! + (heights[row]! - card.height) / 2 };
    }),
    height: tops.at(-1)! + heights.at(-1)! + MARGIN,
  };
}

function unplaced({ name, operation, microOps }: TransactionView): Card {
  const lines = linesOf(microOps);
  return { name, op: operation.index, process: operation.process, lines, x: 0, y: 0, width: CARD, height: HEAD + lines.length * LINE + 9 };
}

function linesOf(microOps: TransactionView['microOps']): CardLine[] {
  if (microOps.length <= LINES) return [...microOps];
  const lit = microOps.filter((op) => op.lit);
  const shown = lit.slice(0, LINES);
  return [...shown, { words: `… ${microOps.length - shown.length} more`, lit: false }];
}

/** `across`: from 0, left, to 1, right. */
function placesOf(count: number): { readonly row: number; readonly across: number }[] {
  if (count <= 2) return Array.from({ length: count }, (_, row) => ({ row, across: 0.5 }));
  if (count === 3)
    return [
      { row: 0, across: 0.5 },
      { row: 1, across: 1 },
      { row: 1, across: 0 },
    ];
  const rows = Math.ceil(count / 2);
  return Array.from({ length: count }, (_, i) => (i < rows ? { row: i, across: 1 } : { row: count - 1 - i, across: 0 }));
}

/** Where the text of a line stands. */
export function lineY(card: Card, i: number): number {
  return card.y + HEAD + i * LINE + 12;
}

/** A curve from border to border that keeps left of its straight line, so that two in opposite directions stay apart. */
export function curve(from: Card, to: Card, bulge: number): { readonly path: string; readonly middle: Point } {
  const [a, b] = [centre(from), centre(to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const control = { x: (a.x + b.x) / 2 + ((b.y - a.y) / length) * bulge, y: (a.y + b.y) / 2 - ((b.x - a.x) / length) * bulge };
  const [start, end] = [border(from, control, 2), border(to, control, 4)];
  const middle = { x: (start.x + 2 * control.x + end.x) / 4, y: (start.y + 2 * control.y + end.y) / 4 };
  return { path: `M${xy(start)}Q${xy(control)} ${xy(end)}`, middle };
}

const xy = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

function centre({ x, y, width, height }: Card): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the line from the centre towards a point leaves the card, and so much beyond. */
function border(card: Card, towards: Point, beyond: number): Point {
  const { x, y } = centre(card);
  const [dx, dy] = [towards.x - x, towards.y - y];
  const scale = Math.min((card.width / 2 + beyond) / Math.abs(dx || 1e-9), (card.height / 2 + beyond) / Math.abs(dy || 1e-9));
  return { x: x + dx * scale, y: y + dy * scale };
}
