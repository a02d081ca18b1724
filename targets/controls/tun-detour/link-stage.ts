/**
 * What one shape does to the packets of one link: pure but for its own state and random stream. Delays, jitter, loss,
 * duplication, corruption as netem does them; a rate is a queue of one second that drops what does not fit.
 */
import type { LinkShape, Ns, Rng } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';

const QUEUE: Ns = ms(1_000);
const HOLD_BACK: Ns = ms(10);
/** Uniform numbers whose sum is close to normal, with a standard deviation of one. */
const NORMAL_DRAWS = 12;

/** A packet that comes out: when, and whether a bit of it is to be turned over. */
export interface Departure {
  readonly at: number;
  readonly corrupt: boolean;
}

export class LinkStage {
  readonly #shape: LinkShape;
  readonly #rng: Rng;
  #bad = false;
  #busyUntil = 0;

  constructor(shape: LinkShape, rng: Rng) {
    this.#shape = shape;
    this.#rng = rng;
  }

  /** What becomes of a packet of so many bytes that enters at `now` (ns): nothing when it is lost. */
  pass(bytes: number, now: number): readonly Departure[] {
    if (this.#isLost()) return [];
    const copies = this.#happens(this.#shape.duplicate) ? 2 : 1;
    const departures: Departure[] = [];
    for (let copy = 0; copy < copies; copy++) {
      const sent = this.#sent(bytes, now);
      if (sent !== undefined) departures.push({ at: sent + this.#held(), corrupt: this.#happens(this.#shape.corrupt) });
    }
    return departures;
  }

  /** Gilbert's model: all is lost in the bad state, which lasts `burst` packets on average, and nothing in the good one. */
  #isLost(): boolean {
    const { loss, burst } = this.#shape;
    if (loss === undefined || burst === undefined || burst <= 1 || loss >= 1) return this.#happens(loss);
    const leave = 1 / burst;
    this.#bad = this.#happens(this.#bad ? 1 - leave : Math.min(1, (leave * loss) / (1 - loss)));
    return this.#bad;
  }

  #sent(bytes: number, now: number): number | undefined {
    const { bytesPerSecond } = this.#shape;
    if (bytesPerSecond === undefined) return now;
    const from = Math.max(now, this.#busyUntil);
    if (from - now > QUEUE) return undefined;
    this.#busyUntil = from + (bytes * 1e9) / bytesPerSecond;
    return this.#busyUntil;
  }

  #held(): number {
    const { delay = 0, jitter = 0, distribution, reorder, holdBack = HOLD_BACK } = this.#shape;
    const spread = jitter === 0 ? 0 : distribution === 'normal' ? this.#normal() : 2 * this.#rng.float01() - 1;
    return Math.max(0, delay + spread * jitter) + (this.#happens(reorder) ? holdBack : 0);
  }

  #normal(): number {
    let sum = -NORMAL_DRAWS / 2;
    for (let i = 0; i < NORMAL_DRAWS; i++) sum += this.#rng.float01();
    return sum;
  }

  #happens(probability: number | undefined): boolean {
    return probability !== undefined && this.#rng.float01() < probability;
  }
}

/** A packet through all stages of a link, one after the other. */
export function passAll(stages: readonly LinkStage[], bytes: number, now: number): readonly Departure[] {
  let departures: readonly Departure[] = [{ at: now, corrupt: false }];
  for (const stage of stages) {
    departures = departures.flatMap(({ at, corrupt }) => stage.pass(bytes, at).map((next) => ({ at: next.at, corrupt: corrupt || next.corrupt })));
  }
  return departures;
}
