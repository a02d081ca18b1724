/** Carries transactions out in an order and compares every read: what proves that a model may hold. O(n). */
import { OK } from '../../../harness/history/columns.ts';
import { NIL, READ, type Transactions } from '../transactions/columns.ts';
import type { Shape } from './polygraph.ts';

/** Whether all acknowledged reads are explained by the order: numbers as of `solvePolygraph`, of these transactions. */
export function replays(all: Transactions, chosen: readonly number[], order: readonly number[], shape: Exclude<Shape, 'parallel'>): boolean {
  return shape === 'serial' ? order.every(serially(all, chosen)) : order.every(bySnapshots(all, chosen, shape === 'snapshot'));
}

/** Whether an order of transactions is one of all that took effect, keeps real time, and explains all acknowledged reads. O(n). */
export function isStrictlySerial(all: Transactions, committed: Uint8Array, order: Int32Array): boolean {
  const seen = new Uint8Array(all.count);
  let latest = -1;
  for (const t of order) {
    if (committed[t] === 0 || seen[t] === 1 || (all.outcome[t] === OK && all.completion[t]! < latest)) return false;
    seen[t] = 1;
    latest = Math.max(latest, all.invocation[t]!);
  }
  const state = new Map<number, number>();
  return committed.every((one, t) => one === seen[t]) && order.every((t) => runs(all, t, state));
}

function serially(all: Transactions, chosen: readonly number[]): (point: number) => boolean {
  const state = new Map<number, number>();
  return (point) => runs(all, chosen[point]!, state);
}

/** `isExclusive`: none commits what another one that overlaps it has written. */
function bySnapshots(all: Transactions, chosen: readonly number[], isExclusive: boolean): (point: number) => boolean {
  const state = new Map<number, number>();
  /** Keys that others have committed since it started. */
  const open = new Map<number, Set<number>>();
  return (point) => {
    const t = chosen[point >> 1]!;
    if ((point & 1) === 0) {
      open.set(t, new Set());
      return runs(all, t, new Overlay(state));
    }
    const mine = new Set<number>();
    for (let op = all.firstOp[t]!; op < all.firstOp[t + 1]!; op++) if (all.kind[op] !== READ) mine.add(all.key[op]!);
    if (isExclusive && [...mine].some((key) => open.get(t)!.has(key))) return false;
    open.delete(t);
    for (const taken of open.values()) for (const key of mine) taken.add(key);
    for (let op = all.firstOp[t]!; op < all.firstOp[t + 1]!; op++) if (all.kind[op] !== READ) state.set(all.key[op]!, all.element[op]!);
    return true;
  };
}

interface State {
  get(key: number): number | undefined;
  set(key: number, value: number): unknown;
}

/** What a transaction sees: its own writes, and behind them the state when it started. */
class Overlay implements State {
  readonly #below: State;
  readonly #own = new Map<number, number>();

  constructor(below: State) {
    this.#below = below;
  }

  get(key: number): number | undefined {
    return this.#own.get(key) ?? this.#below.get(key);
  }

  set(key: number, value: number): void {
    this.#own.set(key, value);
  }
}

function runs({ firstOp, kind, key, element, outcome }: Transactions, t: number, state: State): boolean {
  for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
    if (kind[op] !== READ) state.set(key[op]!, element[op]!);
    else if (outcome[t] === OK && (state.get(key[op]!) ?? NIL) !== element[op]) return false;
  }
  return true;
}
