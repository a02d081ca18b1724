/**
 * Cuts that come and go while their change is in force, over any control of links: one change, one line in the journal, undone
 * once and for all. A probe looks at both phases, and holds the beat while it looks.
 */
import type { Change, Clock, Control, Evidence, LinkParams, Ns, Timer } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';

type Flap = NonNullable<LinkParams['flap']>;

/** `links`, which lets a change with a `flap` come and go by the clock; any other passes through. */
export function flappingLinks(links: Control<LinkParams>, clock: Clock): Control<LinkParams> {
  const beats = new Map<string, Beat>();
  return {
    plan: (id, params) => links.plan(id, params),
    async apply(change) {
      const flap = flapOf(change);
      await links.apply(change);
      if (flap !== undefined && !beats.has(change.id)) beats.set(change.id, new Beat(links, clock, change, flap));
    },
    async undo(change) {
      beats.get(change.id)?.stop();
      beats.delete(change.id);
      await links.undo(change);
    },
    probe(change, expect) {
      const beat = expect === 'applied' ? beats.get(change.id) : undefined;
      return beat === undefined ? links.probe(change, expect) : beat.probe();
    },
  };
}

function flapOf(change: Change): Flap | undefined {
  return (change.params as unknown as LinkParams).flap;
}

/** One cut that comes and goes; begins with the cut, which has been made already. */
class Beat {
  readonly #links: Control<LinkParams>;
  readonly #clock: Clock;
  readonly #change: Change;
  readonly #flap: Flap;
  #cut = true;
  #timer: Timer | undefined;
  #stopped = false;
  /** What the mechanism refused between two probes. */
  #failure: string | undefined;

  constructor(links: Control<LinkParams>, clock: Clock, change: Change, flap: Flap) {
    this.#links = links;
    this.#clock = clock;
    this.#change = change;
    this.#flap = flap;
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Both phases, the cut last: it begins a phase of its own. */
  async probe(): Promise<Evidence> {
    this.#timer?.cancel();
    try {
      await this.#links.undo(this.#change);
      const open = await this.#links.probe(this.#change, 'undone');
      if (!this.#stopped) await this.#links.apply(this.#change);
      const cut = await this.#links.probe(this.#change, 'applied');
      const failed = this.#failure === undefined ? '' : `; between: ${this.#failure}`;
      return {
        holds: open.holds && cut.holds && this.#failure === undefined,
        independent: open.independent && cut.independent,
        measured: `cut: ${cut.measured}; open: ${open.measured}${failed}`,
      };
    } finally {
      this.#cut = true;
      this.#failure = undefined;
      this.#wait();
    }
  }

  #wait(): void {
    if (this.#stopped) return;
    const { period, cutShare } = this.#flap;
    const length = this.#cut ? period * cutShare : period * (1 - cutShare);
    this.#timer = this.#clock.at((this.#clock.now() + Math.round(length)) as Ns, () => this.#turn());
  }

  #turn(): void {
    this.#cut = !this.#cut;
    const turned = this.#cut ? this.#links.apply(this.#change) : this.#links.undo(this.#change);
    turned.catch((error: unknown) => {
      this.#failure = messageOf(error);
    });
    this.#wait();
  }
}
