/**
 * Whether the reads of a register, each of a write that is known, can have its writes in one order: whether there are no two
 * of different writes that each began when the other's write had ended, for each puts its own write behind the other. Two such
 * are there wherever an order is not: of the writes of a cycle the one that ended first comes before all others. This is the
 * condition of Gibbons and Korach on zones (SIAM J. Comput. 1997), of which linearizability of reads would ask more.
 */

/** A write that had ended at `from` was read by somebody who began at `until`: it was the last one all that time. */
interface Reign {
  readonly write: number;
  readonly from: number;
  until: number;
  read: number;
}

/** A write that was read by somebody who began at `from` ended at `until`: it was the last one at some moment in between. */
interface Stay {
  readonly from: number;
  readonly until: number;
  readonly read: number;
}

export class WriteOrder {
  /** Disjoint and in order. */
  readonly #reigns: Reign[] = [];
  /** None within another, and in order. */
  readonly #stays: Stay[] = [];

  /** Takes up `read`, begun at `begun`, of a write that ended at `ended`; or gives a read that contradicts it. O(log reads), most often. */
  take(write: number, ended: number, read: number, begun: number): number | undefined {
    return ended < begun ? this.#reign(write, ended, read, begun) : this.#stay({ from: begun, until: ended, read });
  }

  #reign(write: number, from: number, read: number, until: number): number | undefined {
    const at = first(this.#reigns, (reign) => reign.until > from);
    const there = this.#reigns[at];
    const own = there?.write === write ? there : undefined;
    const other = own === undefined ? there : this.#reigns[at + 1];
    if (other !== undefined && other.from < until) return other.read;
    const within = this.#stays[first(this.#stays, (stay) => stay.from > from)];
    if (within !== undefined && within.until < until) return within.read;
    if (own === undefined) this.#reigns.splice(at, 0, { write, from, until, read });
    else if (until > own.until) {
      own.until = until;
      own.read = read;
    }
    return undefined;
  }

  #stay(stay: Stay): number | undefined {
    const around = this.#reigns[first(this.#reigns, (reign) => reign.until > stay.until)];
    if (around !== undefined && around.from < stay.from) return around.read;
    const at = first(this.#stays, ({ from }) => from >= stay.from);
    const next = this.#stays[at];
    if (next !== undefined && next.until <= stay.until) return undefined;
    let wider = at;
    while (wider > 0 && this.#stays[wider - 1]!.until >= stay.until) wider--;
    this.#stays.splice(wider, at - wider, stay);
    return undefined;
  }
}

/** Where the condition, once true, stays true: the first place where it is. */
function first<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
