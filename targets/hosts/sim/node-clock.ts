/**
 * A node's two clocks under faults (rule 17), in ns of true virtual time in and ns of node time out.
 *
 * The wall clock is a pure sum: true time + the active jumps + what each active drift has gathered since it began, so
 * that undoing a change takes back exactly its own part (as a time daemon's step would). The monotonic clock only changes
 * its rate: it never jumps, and keeps what it has gathered. Multiplications and divisions of doubles only.
 */

/** What a strobe adds to the wall clock in every other `half` of true time. */
export interface Swing {
  readonly amplitude: number;
  readonly half: number;
}

/** What is wanted of a wall clock: jumps added up, drifts, the strobe that swings it, since when it stands. */
export interface WallWish {
  readonly jumps: number;
  readonly drifts: readonly Drift[];
  readonly swing?: Swing | undefined;
  readonly frozenSince?: number | undefined;
}

/** One clock's drift: from when, by how many parts in a million. */
export interface Drift {
  readonly since: number;
  readonly ppm: number;
}

const MILLION = 1_000_000;
/** What wall clocks show at the start of a run: 2024-01-01T00:00:00Z. A constant: a run knows no calendar. */
const WALL_EPOCH_MS = 1_704_067_200_000;

export class NodeClock {
  #wall: WallWish = { jumps: 0, drifts: [] };
  #monotonicBase = 0;
  #monotonicSince = 0;
  #monotonicPpm = 0;

  /** The wall clock in ns since the true start of the run. */
  wallNs(now: number): number {
    return wallAt(this.#wall, now);
  }

  /** Integer ms since 1970, as programs read it. */
  wallMs(now: number): number {
    return WALL_EPOCH_MS + Math.floor(this.wallNs(now) / MILLION);
  }

  monotonic(now: number): number {
    const elapsed = now - this.#monotonicSince;
    return this.#monotonicBase + elapsed + gathered(elapsed, this.#monotonicPpm);
  }

  /** True time until the monotonic clock has moved by `duration`. */
  trueDuration(now: number, duration: number): number {
    if (this.#monotonicPpm === 0) return duration;
    const target = this.monotonic(now) + duration;
    let length = Math.floor((duration / (MILLION + this.#monotonicPpm)) * MILLION);
    while (this.monotonic(now + length) < target) length++;
    return length;
  }

  setWall(wish: WallWish): void {
    this.#wall = wish;
  }

  /** Gives whether the rate changed: pending timers must then be set anew. */
  setMonotonicRate(now: number, ppm: number): boolean {
    if (ppm === this.#monotonicPpm) return false;
    this.#monotonicBase = this.monotonic(now);
    this.#monotonicSince = now;
    this.#monotonicPpm = ppm;
    return true;
  }
}

/** What a wall clock under that wish shows at a true time: frozen beats drift and strobe, jumps set it all the same. */
export function wallAt({ jumps, drifts, swing, frozenSince }: WallWish, now: number): number {
  const until = frozenSince ?? now;
  let wall = until + jumps;
  for (const { since, ppm } of drifts) if (since < until) wall += gathered(until - since, ppm);
  if (swing !== undefined && frozenSince === undefined && Math.floor(now / swing.half) % 2 === 1) wall += swing.amplitude;
  return wall;
}

function gathered(elapsed: number, ppm: number): number {
  return ppm === 0 ? 0 : Math.floor((elapsed * ppm) / MILLION);
}
