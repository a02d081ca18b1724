/** The witnesses of all ends of a cluster: who can say what really passes. */
import type { Clock, LinkEnd, Ns } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { ms, NS_PER_MS } from '../../../harness/time/units.ts';
import { linkKey } from '../desired-state.ts';
import { type HelperProcess, startHelper } from '../helper-process/helper-process.ts';
import type { Link, LinkCount, ProbeAnswer } from '../link-proxy/probe-protocol.ts';
import type { Sighting, WitnessAnswer, WitnessRequest } from './link-probe-main.ts';

const PORT = 4_790;
const DATAGRAMS = 4;
const POLL = ms(20);
/** What a witness calls what came of a new connection. */
const FRESH = ['silent', 'ended', 'answered'] as const;

/** Numbered datagrams over a link: how many, in how many rounds, and what arrived of them. */
export interface TrafficPlan {
  readonly rounds: number;
  readonly perRound: number;
  readonly bytes: number;
  /** A round is over when nothing has arrived for so long. */
  readonly quiet: Ns;
}

export interface Traffic {
  readonly link: Link;
  readonly sent: number;
  readonly sightings: readonly Sighting[];
}

export interface WitnessPlace {
  readonly end: LinkEnd;
  readonly address: string;
  /** The command that enters the place's namespace (empty for our own), or how a witness is started that is no process of this machine. */
  readonly inside: readonly string[] | ((port: number) => Promise<WitnessHelper>);
}

/** Whoever answers a witness's requests. */
export type WitnessHelper = Pick<HelperProcess<WitnessRequest, WitnessAnswer>, 'request' | 'close'>;

export class Witnesses {
  readonly #clock: Clock;
  readonly #places: ReadonlyMap<LinkEnd, WitnessPlace>;
  readonly #helpers: ReadonlyMap<LinkEnd, WitnessHelper>;
  #measurements = 0;

  private constructor(clock: Clock, places: ReadonlyMap<LinkEnd, WitnessPlace>, helpers: ReadonlyMap<LinkEnd, WitnessHelper>) {
    this.#clock = clock;
    this.#places = places;
    this.#helpers = helpers;
  }

  /** Starts one witness a place. Rejects with ORDEAL_CHILD_FAILED. */
  static async start(clock: Clock, places: readonly WitnessPlace[]): Promise<Witnesses> {
    const url = entryUrl(import.meta.url, './link-probe-main');
    const started = await Promise.allSettled(places.map((place) => startWitness(url, place)));
    const failed = started.find((each) => each.status === 'rejected');
    if (failed) {
      for (const each of started) if (each.status === 'fulfilled') await each.value[1].close();
      throw failed.reason;
    }
    const helpers = new Map(started.filter((each) => each.status === 'fulfilled').map((each) => each.value));
    return new Witnesses(clock, new Map(places.map((place) => [place.end, place])), helpers);
  }

  /**
   * Sends datagrams over these links and counts what arrives at the other ends: until everything over `controls` has
   * arrived (or 2 s), then until everything over `links` has, or `patience` has gone by.
   */
  async measure(
    links: readonly Link[],
    controls: readonly Link[],
    patience: Ns,
  ): Promise<{ readonly links: readonly LinkCount[]; readonly controls: readonly LinkCount[] }> {
    const label = `m${++this.#measurements}`;
    const unique = [...new Map([...links, ...controls].map((link) => [linkKey(...link), link])).values()];
    const targets = Map.groupBy(unique, ([from]) => from);
    await Promise.all([...targets].map(([from, to]) => this.#send(label, from, to)));
    await this.#until(label, controls, ms(2_000));
    await this.#until(label, links, patience);
    const counts = await this.#count(label, unique);
    const countOf = (link: Link): LinkCount => ({ link, sent: DATAGRAMS, arrived: counts.get(linkKey(...link)) ?? 0 });
    return { links: links.map(countOf), controls: controls.map(countOf) };
  }

  /** Keeps a connection over each of these links; those that stand are left alone. */
  async keep(links: readonly Link[]): Promise<void> {
    const byEnd = Map.groupBy(links, ([from]) => from);
    await Promise.all(
      [...byEnd].map(([from, own]) => this.#helpers.get(from)?.request({ op: 'keep', to: own.map(([, to]) => this.#addressOf(to)), port: PORT })),
    );
  }

  /** How these links look to who dials over them. */
  async look(links: readonly Link[], controls: readonly Link[], patience: Ns): Promise<ProbeAnswer> {
    const lookAt = async (link: Link): Promise<LinkCount> => {
      const [from, to] = link;
      const request = { op: 'look', to: this.#addressOf(to), port: PORT, patienceMs: patience / NS_PER_MS } as const;
      const seen = ((await this.#helpers.get(from)?.request(request)) ?? {}) as Readonly<Record<string, number>>;
      const look = { fresh: FRESH[seen['fresh'] ?? 0] ?? 'silent', standing: seen['standing'] === 1 ? 'open' : 'ended' } as const;
      return { link, sent: 1, arrived: look.fresh === 'answered' ? 1 : 0, look };
    };
    const [seen, beside] = await Promise.all([links, controls].map((of) => Promise.all(of.map(lookAt))));
    return { links: seen ?? [], controls: beside ?? [] };
  }

  #addressOf(end: LinkEnd): string {
    return this.#places.get(end)?.address ?? '';
  }

  /** Sends numbered datagrams over these links, in rounds that fit any buffer, and tells what arrived. */
  async traffic(links: readonly Link[], plan: TrafficPlan): Promise<readonly Traffic[]> {
    const label = `t${++this.#measurements}`;
    return Promise.all(links.map((link) => this.#trafficOver(label, link, plan)));
  }

  async #trafficOver(label: string, link: Link, { rounds, perRound, bytes, quiet }: TrafficPlan): Promise<Traffic> {
    const [from, to] = link;
    const addressOf = (end: LinkEnd): string => this.#places.get(end)?.address ?? '';
    const seen = async () => (await this.#helpers.get(to)?.request({ op: 'sightings', label, from: addressOf(from) })) as readonly Sighting[];
    for (let round = 0; round < rounds; round++) {
      await this.#helpers.get(from)?.request({ op: 'number', label, first: round * perRound, count: perRound, bytes, to: addressOf(to), port: PORT });
      let count = (await seen()).length;
      for (let last = this.#clock.now(); this.#clock.now() - last < quiet; ) {
        if (count >= (round + 1) * perRound) break;
        await this.#clock.sleep(POLL);
        const now = (await seen()).length;
        if (now !== count) last = this.#clock.now();
        count = now;
      }
    }
    // what is doubled comes after the number that ended the last round
    await this.#clock.sleep(POLL);
    return { link, sent: rounds * perRound, sightings: await seen() };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#helpers.values()].map((helper) => helper.close()));
  }

  async #send(label: string, from: LinkEnd, links: readonly Link[]): Promise<void> {
    const to = links.flatMap(([, end]) => this.#places.get(end)?.address ?? []);
    await this.#helpers.get(from)?.request({ op: 'send', label, count: DATAGRAMS, to, port: PORT });
  }

  async #until(label: string, links: readonly Link[], patience: Ns): Promise<void> {
    const end = this.#clock.now() + patience;
    for (;;) {
      const counts = await this.#count(label, links);
      if (links.every((link) => counts.get(linkKey(...link)) === DATAGRAMS) || this.#clock.now() >= end) return;
      await this.#clock.sleep(POLL);
    }
  }

  async #count(label: string, links: readonly Link[]): Promise<ReadonlyMap<string, number>> {
    const ends = new Set(links.map(([, to]) => to));
    const seen = new Map(
      await Promise.all(
        [...ends].map(
          async (end) => [end, ((await this.#helpers.get(end)?.request({ op: 'arrived', label })) ?? {}) as Readonly<Record<string, number>>] as const,
        ),
      ),
    );
    return new Map(links.map(([from, to]) => [linkKey(from, to), seen.get(to)?.[this.#places.get(from)?.address ?? ''] ?? 0]));
  }
}

async function startWitness(url: URL, place: WitnessPlace): Promise<[LinkEnd, WitnessHelper]> {
  if (typeof place.inside === 'function') return [place.end, await place.inside(PORT)];
  const helper = await startHelper<WitnessRequest, WitnessAnswer>(`witness of ${place.end}`, url, place.inside);
  await helper.request({ op: 'open', host: place.address, port: PORT });
  return [place.end, helper];
}
