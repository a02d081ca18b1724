/** States of a collection that is only added to, each within the next. */

/** What a read showed: invocations of the inserts that it saw, in order. */
export interface SeenState {
  readonly at: number;
  readonly inserts: Int32Array;
}

const BYTES_PER_STATE = 100;

export class StateChain {
  /** By size; each has everything that those before it have. */
  readonly #states: SeenState[] = [];
  bytes = 0;

  /** Whether it has a state with something in it. */
  get isBegun(): boolean {
    return (this.#states.at(-1)?.inserts.length ?? 0) > 0;
  }

  /**
   * Takes up a state; or gives one that it forks from, and then replaces that one if it is the only one. Those that it forks
   * from lie side by side, where it would stand. O(its size, and log states).
   */
  take(state: SeenState): SeenState | undefined {
    const at = this.#placeOf(state.inserts.length);
    const [smaller, larger] = [this.#states[at - 1], this.#states[at]];
    const [below, above] = [smaller !== undefined && forks(smaller, state), larger !== undefined && forks(larger, state)];
    if (!below && !above) {
      if (larger === undefined || larger.inserts.length > state.inserts.length) this.#put(at, 0, state);
      return undefined;
    }
    const several = (below && above) || [this.#states[at - 2], this.#states[at + 1]].some((next) => next !== undefined && forks(next, state));
    if (!several) this.#put(below ? at - 1 : at, 1, state);
    return below ? smaller : larger;
  }

  #put(at: number, instead: number, state: SeenState): void {
    for (const gone of this.#states.splice(at, instead, state)) this.bytes -= bytesOf(gone);
    this.bytes += bytesOf(state);
  }

  /** Of the first that is as large. */
  #placeOf(size: number): number {
    let [low, high] = [0, this.#states.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#states[middle]!.inserts.length < size) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The first insert that a state has and the other has not. */
export function firstBeyond(state: SeenState, other: SeenState): number | undefined {
  let k = 0;
  for (const insert of state.inserts) {
    while (k < other.inserts.length && other.inserts[k]! < insert) k++;
    if (other.inserts[k] !== insert) return insert;
  }
  return undefined;
}

/** Whether each has something that the other has not: whether the smaller has. */
function forks(a: SeenState, b: SeenState): boolean {
  const [smaller, larger] = a.inserts.length <= b.inserts.length ? [a, b] : [b, a];
  return firstBeyond(smaller, larger) !== undefined;
}

function bytesOf({ inserts }: SeenState): number {
  return BYTES_PER_STATE + 4 * inserts.length;
}
