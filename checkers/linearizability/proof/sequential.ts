/**
 * What sequential consistency is, in as few words as possible: a replay of an order, and a search of all orders of a few
 * operations. Neither knows anything of the engine.
 */
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';
import type { Verification } from './replay-witness.ts';

/** An operation of a process on a key. */
export interface ProcessOperation {
  readonly operation: ModelOperation;
  readonly process: number;
  readonly key: number;
  /** Whether it may have had no effect, or have it after anything that its process did later. */
  readonly isLoose: boolean;
}

/** Whether the order (positions in `operations`, which are in the order of their processes) holds each known one once, in turn, and the model accepts it. */
export function replaySequential(model: Model, operations: readonly ProcessOperation[], order: readonly number[]): Verification {
  const turns = new Turns(operations);
  const states = new Map<number, unknown>();
  const seen = new Set<number>();
  for (const i of order) {
    const op = operations[i];
    if (op === undefined || seen.has(i)) return { ok: false, why: `there is no operation ${i}, or it stands twice` };
    if (!turns.isOn(i)) return { ok: false, why: `operation ${i} stands before one that its process did earlier` };
    const next = model.step(states.has(op.key) ? states.get(op.key) : model.init, op.operation);
    if (next === INCONSISTENT) return { ok: false, why: `operation ${i} cannot happen where it stands` };
    states.set(op.key, next);
    seen.add(i);
    turns.take(i, 1);
  }
  const missing = operations.findIndex((op, i) => !op.isLoose && !seen.has(i));
  return missing < 0 ? { ok: true, why: `replayed ${order.length} operations` } : { ok: false, why: `operation ${missing} completed and is missing` };
}

/** How far each process has come. */
class Turns {
  readonly #operations: readonly ProcessOperation[];
  /** How many operations of known outcome its process did before it. */
  readonly #rank: readonly number[];
  readonly #done = new Map<number, number>();

  constructor(operations: readonly ProcessOperation[]) {
    this.#operations = operations;
    const before = new Map<number, number>();
    this.#rank = operations.map(({ process, isLoose }) => {
      const rank = before.get(process) ?? 0;
      if (!isLoose) before.set(process, rank + 1);
      return rank;
    });
  }

  isOn(i: number): boolean {
    const { process, isLoose } = this.#operations[i]!;
    const done = this.#done.get(process) ?? 0;
    return isLoose ? done >= this.#rank[i]! : done === this.#rank[i]!;
  }

  /** Does the operation (1), or takes it back (-1). */
  take(i: number, by: 1 | -1): void {
    const { process, isLoose } = this.#operations[i]!;
    if (!isLoose) this.#done.set(process, (this.#done.get(process) ?? 0) + by);
  }
}

/** How many (set, states) pairs to look at before giving up. */
const LIMIT = 60_000;

/** Whether there is such an order. Exponential; with `nothing` to remember it is a plain trial of all orders. */
export function hasSequentialOrder(
  model: Model,
  operations: readonly ProcessOperation[],
  remember: 'what failed' | 'nothing' = 'what failed',
): boolean | 'too-large' {
  const turns = new Turns(operations);
  const done = operations.map(() => '0');
  const states = new Map<number, unknown>();
  const failed = new Set<string>();
  const textOf = (state: unknown): string => String(model.key?.(state) ?? canonicalJson(model.show ? model.show(state) : (state as never)));
  const keyOf = (): string => `${done.join('')} ${JSON.stringify([...states].sort((a, b) => a[0] - b[0]).map(([key, state]) => [key, textOf(state)]))}`;
  const search = (): boolean => {
    if (operations.every((op, i) => op.isLoose || done[i] === '1')) return true;
    const key = remember === 'nothing' ? '' : keyOf();
    if (failed.has(key)) return false;
    if (failed.size > LIMIT) throw new RangeError('too large');
    for (const [i, op] of operations.entries()) {
      if (done[i] === '1' || !turns.isOn(i)) continue;
      const held = states.has(op.key) ? states.get(op.key) : model.init;
      const next = model.step(held, op.operation);
      if (next === INCONSISTENT) continue;
      done[i] = '1';
      states.set(op.key, next);
      turns.take(i, 1);
      const found = search();
      done[i] = '0';
      states.set(op.key, held);
      turns.take(i, -1);
      if (found) return true;
    }
    if (remember !== 'nothing') failed.add(key);
    return false;
  };
  try {
    return search();
  } catch (error) {
    // So many operations that the recursion is too deep are too many as well.
    if (error instanceof RangeError) return 'too-large';
    throw error;
  }
}
